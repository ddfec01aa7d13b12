package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Reductions over constant axes. */
final class ReductionRules {
  private ReductionRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Sum", LinearRule.of(ReductionRules::spread));
    rules.put(
        "Mean",
        LinearRule.of(
            (node, g) -> {
              double count = (double) node.inputShape(0).size() / node.outputShape(0).size();
              return spread(node, node.math().mul(g, node.scalar(1 / count)));
            }));
    rules.put("Max", new Weighted((math, node) -> sharedSelection(node)));
    rules.put("Min", new Weighted((math, node) -> sharedSelection(node)));
    rules.put(
        "Prod",
        new Weighted((math, node) -> math.div(spread(node, node.output(0)), node.input(0))));
    rules.put(
        "EuclideanNorm",
        new Weighted((math, node) -> math.div(node.input(0), spread(node, node.output(0)))));
    rules.put("L2Loss", new Weighted((math, node) -> node.input(0)));
  }

  /** Shares one among the elements that equal the largest or smallest. */
  private static Operand<TNumber> sharedSelection(Node node) {
    Ops tf = node.tf();
    Operand<TNumber> x = node.input(0);
    Operand<TNumber> selected =
        tf.select(tf.math.equal(x, spread(node, node.output(0))), node.scalar(1), node.scalar(0));
    return tf.math.div(selected, spread(node, sum(node, selected)));
  }

  /** Sums over the axes that the node reduces. */
  private static Operand<TNumber> sum(Node node, Operand<TNumber> x) {
    return node.inputs() == 2
        ? node.apply("Sum", List.of(x, node.input(1)))
        : Sums.total(node.tf(), x);
  }

  /** Repeats g along the axes that the node reduces. */
  private static Operand<TNumber> spread(Node node, Operand<TNumber> g) {
    Ops tf = node.tf();
    Shape shape = node.inputShape(0);
    long[] kept = shape.asArray();
    if (node.inputs() == 2) {
      for (long axis : node.constant(1)) {
        kept[Math.floorMod((int) axis, kept.length)] = 1;
      }
    } else {
      Arrays.fill(kept, 1);
    }
    return Sums.broadcast(tf, tf.reshape(g, tf.constant(kept)), shape);
  }

  private interface Weights {
    Operand<TNumber> write(MathOps math, Node node);
  }

  /**
   * The rule of a reduction whose derivative is Σ w ⊙ ẋ over the reduced axes.
   *
   * @param weights writes w, in the shape of x
   */
  private record Weighted(Weights weights) implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      Operand<TNumber> gradient =
          g == null ? null : node.math().mul(spread(node, g), weights.write(node.math(), node));
      return node.inputs() == 2
          ? Arrays.asList(gradient, null)
          : Collections.singletonList(gradient);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(0);
      return Collections.singletonList(
          d == null ? null : sum(node, node.math().mul(weights.write(node.math(), node), d)));
    }
  }
}
