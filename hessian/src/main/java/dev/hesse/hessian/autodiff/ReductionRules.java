package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Reductions over constant axes. */
final class ReductionRules {
  private ReductionRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Sum", new MultilinearRule((node, g) -> List.of(spread(node, g)), 0));
    rules.put(
        "Mean",
        new MultilinearRule(
            (node, g) -> {
              double count = (double) node.inputShape(0).size() / node.outputShape(0).size();
              return List.of(
                  spread(node, node.tf().math.mul(g, ArithmeticRules.scalar(node, 1 / count))));
            },
            0));
  }

  /** Repeats g along the axes that the node has summed over. */
  private static Operand<TNumber> spread(Node node, Operand<TNumber> g) {
    Ops tf = node.tf();
    Shape shape = node.inputShape(0);
    long[] kept = shape.asArray();
    for (long axis : node.constant(1)) {
      kept[Math.floorMod((int) axis, kept.length)] = 1;
    }
    return Sums.broadcast(tf, tf.reshape(g, tf.constant(kept)), shape);
  }
}
