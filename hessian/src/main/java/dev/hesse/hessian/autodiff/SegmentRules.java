package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Sums over segments of rows, which are given by their numbers. */
final class SegmentRules {
  private static final Gathering ROWS = new Gathering(0, 0);

  private SegmentRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("UnsortedSegmentSum", LinearRule.of(SegmentRules::gatherNumbered));
    rules.put("SegmentSum", LinearRule.of((node, g) -> ROWS.gather(node.tf(), g, node.input(1))));
    rules.put(
        "SegmentMean",
        LinearRule.of(
            (node, g) -> {
              Operand<TNumber> ones = Sums.broadcast(node.tf(), node.scalar(1), node.inputShape(1));
              Operand<TNumber> counts =
                  ROWS.gather(
                      node.tf(),
                      node.apply("SegmentSum", List.of(ones, node.input(1))),
                      node.input(1));
              return node.math()
                  .div(ROWS.gather(node.tf(), g, node.input(1)), aligned(node, counts));
            }));
  }

  /** Rows of negative segments belong to none. */
  private static Operand<TNumber> gatherNumbered(Node node, Operand<TNumber> g) {
    Ops tf = node.tf();
    Operand<TNumber> segments = node.input(1);
    Operand<TNumber> rows = ROWS.gather(tf, g, tf.math.maximum(segments, tf.zerosLike(segments)));
    Operand<TNumber> numbered =
        tf.select(tf.math.less(segments, tf.zerosLike(segments)), node.scalar(0), node.scalar(1));
    return tf.math.mul(rows, aligned(node, numbered));
  }

  /** One number per row, in a shape that is broadcast to the rows. */
  private static Operand<TNumber> aligned(Node node, Operand<TNumber> rows) {
    long[] shape = new long[node.inputShape(0).numDimensions()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = i < node.inputShape(1).numDimensions() ? node.inputShape(1).get(i) : 1;
    }
    return node.tf().reshape(rows, node.tf().constant(shape));
  }
}
