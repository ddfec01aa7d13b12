package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Operations that move elements without computing: all of them linear. */
final class ShapeRules {
  private ShapeRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Identity", new MultilinearRule((node, g) -> List.of(g), 0));
    rules.put(
        "Reshape",
        new MultilinearRule(
            (node, g) ->
                List.of(node.tf().reshape(g, node.tf().constant(node.inputShape(0).asArray()))),
            0));
    rules.put(
        "BroadcastTo",
        new MultilinearRule(
            (node, g) -> List.of(Sums.toShape(node.tf(), g, node.inputShape(0))), 0));
    rules.put("Pad", new Padding());
    rules.put("PadV2", new Padding());
    rules.put("Slice", new MultilinearRule((node, g) -> List.of(padSlice(node, g)), 0));
    rules.put(
        "StridedSlice",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    node.apply(
                        "StridedSliceGrad",
                        List.of(
                            node.constantLike(1, node.inputShape(0).asArray()),
                            node.input(1),
                            node.input(2),
                            node.input(3),
                            g))),
            0));
    rules.put(
        "StridedSliceGrad",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    node.apply(
                        "StridedSlice", List.of(g, node.input(1), node.input(2), node.input(3)))),
            4));
  }

  private static Operand<TNumber> padSlice(Node node, Operand<TNumber> g) {
    long[] begin = node.constant(1);
    long[][] paddings = new long[begin.length][];
    for (int i = 0; i < begin.length; i++) {
      long after = node.inputShape(0).get(i) - begin[i] - node.outputShape(0).get(i);
      paddings[i] = new long[] {begin[i], after};
    }
    return pad(node, g, paddings);
  }

  private static Operand<TNumber> pad(Node node, Operand<TNumber> x, long[][] paddings) {
    return node.tf().pad(x, node.tf().constant(paddings), ArithmeticRules.scalar(node, 0));
  }

  /** Surrounds x by margins of zero, or of a value that is the third input. */
  private static final class Padding implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      List<@Nullable Operand<TNumber>> gradients =
          new ArrayList<>(Collections.nCopies(node.inputs(), null));
      Operand<TNumber> g = outputs.get(0);
      if (g != null) {
        Ops tf = node.tf();
        long[] begin = Arrays.stream(paddings(node)).mapToLong(margins -> margins[0]).toArray();
        Operand<TNumber> inner =
            tf.slice(g, tf.constant(begin), tf.constant(node.inputShape(0).asArray()));
        gradients.set(0, inner);
        if (node.inputs() == 3) {
          gradients.set(2, tf.math.sub(total(tf, g), total(tf, inner)));
        }
      }
      return gradients;
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Ops tf = node.tf();
      Operand<TNumber> zero = ArithmeticRules.scalar(node, 0);
      Operand<TNumber> x = inputs.get(0);
      Operand<TNumber> inner = x != null ? x : Sums.broadcast(tf, zero, node.inputShape(0));
      Operand<TNumber> value = inputs.size() == 3 ? inputs.get(2) : null;
      return Collections.singletonList(
          tf.pad(inner, tf.constant(paddings(node)), value != null ? value : zero));
    }

    private static Operand<TNumber> total(Ops tf, Operand<TNumber> x) {
      return tf.sum(tf.reshape(x, tf.constant(new int[] {-1})), tf.constant(0));
    }

    private static long[][] paddings(Node node) {
      long[] flat = node.constant(1);
      long[][] paddings = new long[flat.length / 2][];
      for (int i = 0; i < paddings.length; i++) {
        paddings[i] = new long[] {flat[2 * i], flat[2 * i + 1]};
      }
      return paddings;
    }
  }
}
