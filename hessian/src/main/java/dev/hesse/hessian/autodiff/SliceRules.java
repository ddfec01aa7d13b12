package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Cutting out parts and adding margins: all of them linear. */
final class SliceRules {
  private SliceRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Pad", new LinearRule(SliceRules::unpad));
    rules.put("PadV2", new LinearRule(SliceRules::unpad));
    rules.put(
        "MirrorPad",
        LinearRule.of((node, g) -> node.apply("MirrorPadGrad", List.of(g, node.input(1)))));
    rules.put(
        "MirrorPadGrad",
        LinearRule.of((node, g) -> node.apply("MirrorPad", List.of(g, node.input(1)))));
    rules.put("Slice", LinearRule.of(SliceRules::padSlice));
    rules.put(
        "StridedSlice",
        LinearRule.of(
            (node, g) ->
                node.apply(
                    "StridedSliceGrad",
                    List.of(
                        node.constantLike(1, node.inputShape(0).asArray()),
                        node.input(1),
                        node.input(2),
                        node.input(3),
                        g))));
    rules.put(
        "StridedSliceGrad",
        LinearRule.of(
            (node, g) ->
                node.apply(
                    "StridedSlice", List.of(g, node.input(1), node.input(2), node.input(3)))));
  }

  private static Operand<TNumber> padSlice(Node node, Operand<TNumber> g) {
    long[] begin = node.constant(1);
    long[][] paddings = new long[begin.length][];
    for (int i = 0; i < begin.length; i++) {
      long after = node.inputShape(0).get(i) - begin[i] - node.outputShape(0).get(i);
      paddings[i] = new long[] {begin[i], after};
    }
    return node.tf().pad(g, node.tf().constant(paddings), node.scalar(0));
  }

  /** The inner part of g and, where the margins have a value of their own, the sum of the rest. */
  private static List<Operand<TNumber>> unpad(Node node, List<Operand<TNumber>> outputs) {
    Ops tf = node.tf();
    Operand<TNumber> g = outputs.get(0);
    long[] paddings = node.constant(1);
    long[] begin = new long[paddings.length / 2];
    Arrays.setAll(begin, i -> paddings[2 * i]);
    Operand<TNumber> inner =
        tf.slice(g, tf.constant(begin), tf.constant(node.inputShape(0).asArray()));
    return node.inputs() == 2
        ? List.of(inner)
        : List.of(inner, tf.math.sub(Sums.total(tf, g), Sums.total(tf, inner)));
  }
}
