package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Operations that hand on, rename, repeat or reorder elements: all of them linear. */
final class ShapeRules {
  private ShapeRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    for (String type :
        List.of(
            "Identity",
            "IdentityN",
            "Snapshot",
            "PreventGradient",
            "CheckNumerics",
            "CheckNumericsV2",
            "EnsureShape")) {
      rules.put(type, new IdentityRule(true));
    }
    rules.put("StopGradient", new IdentityRule(false));
    rules.put("Cast", LinearRule.of((node, g) -> node.tf().dtypes.cast(g, node.inputType(0))));
    for (String type : List.of("Reshape", "ExpandDims", "Squeeze")) {
      rules.put(
          type,
          LinearRule.of(
              (node, g) -> node.tf().reshape(g, node.tf().constant(node.inputShape(0).asArray()))));
    }
    for (String type : List.of("BroadcastTo", "Fill")) {
      rules.put(
          type,
          LinearRule.of(
              (node, g) ->
                  Sums.toShape(node.tf(), g, node.inputShape(type.equals("Fill") ? 1 : 0))));
    }
    rules.put("Tile", LinearRule.of(ShapeRules::sumOverCopies));
    rules.put(
        "Transpose",
        LinearRule.of(
            (node, g) ->
                node.reapply(
                    List.of(g, node.constantLike(1, Permutations.inverse(node.constant(1)))))));
    for (String type : List.of("Reverse", "ReverseV2", "ReverseSequence")) {
      rules.put(type, LinearRule.of((node, g) -> node.reapply(List.of(g, node.input(1)))));
    }
    rules.put(
        "Roll",
        LinearRule.of(
            (node, g) -> node.reapply(List.of(g, node.math().neg(node.input(1)), node.input(2)))));
  }

  /** Splits each dimension of g into copies and elements, and sums over the former. */
  private static Operand<TNumber> sumOverCopies(Node node, Operand<TNumber> g) {
    Ops tf = node.tf();
    int rank = node.inputShape(0).numDimensions();
    long[] split = new long[2 * rank];
    int[] copies = new int[rank];
    for (int i = 0; i < rank; i++) {
      split[2 * i + 1] = node.inputShape(0).get(i);
      split[2 * i] = node.outputShape(0).get(i) / split[2 * i + 1];
      copies[i] = 2 * i;
    }
    return tf.sum(tf.reshape(g, tf.constant(split)), tf.constant(copies));
  }
}
