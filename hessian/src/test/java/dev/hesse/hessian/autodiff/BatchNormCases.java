package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Batch norm with running statistics, all five inputs moving. TensorFlow computes it in single
 * precision only.
 */
final class BatchNormCases {
  private static final float EPSILON = 0.25f;

  private BatchNormCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
        batchNorm("FusedBatchNorm", "NHWC", shape(2, 3, 2, 3)),
        batchNorm("FusedBatchNorm", "NCHW", shape(2, 3, 3, 2)),
        batchNorm("FusedBatchNormV2", "NHWC", shape(2, 3, 2, 3)),
        batchNorm("FusedBatchNormV2", "NCHW", shape(2, 3, 3, 2)),
        batchNorm("FusedBatchNormV3", "NHWC", shape(2, 3, 2, 3)),
        batchNorm("FusedBatchNormV3", "NCHW", shape(2, 3, 3, 2)),
        batchNorm("FusedBatchNormV3", "NDHWC", shape(2, 2, 2, 2, 3)),
        batchNorm("FusedBatchNormV3", "NCDHW", shape(2, 3, 2, 2, 2)));
  }

  private static DerivativeCase batchNorm(String type, String format, Shape shape) {
    boolean first = format.charAt(1) == 'C';
    return of(
            "%s %s".formatted(type, format),
            (tf, x) ->
                raw(
                    tf,
                    type,
                    builder -> {
                      builder.setAttr("is_training", false);
                      builder.setAttr("epsilon", EPSILON);
                      builder.setAttr("data_format", format);
                    },
                    x.toArray(Operand<?>[]::new)),
            shape,
            shape(3),
            shape(3),
            shape(3),
            shape(3))
        .in(0.5, 2)
        .inSinglePrecisionLike((tf, x) -> elementary(tf, x, first));
  }

  private static Operand<TNumber> elementary(Ops tf, List<Operand<TNumber>> x, boolean first) {
    List<Operand<TNumber>> channels =
        x.subList(1, 5).stream()
            .<Operand<TNumber>>map(
                each ->
                    first
                        ? tf.reshape(
                            each,
                            tf.constant(
                                x.get(0).rank() == 4
                                    ? new int[] {3, 1, 1}
                                    : new int[] {3, 1, 1, 1}))
                        : each)
            .toList();
    Operand<TNumber> deviation =
        tf.math.sqrt(tf.math.add(channels.get(3), number(tf, x.get(0), EPSILON)));
    Operand<TNumber> normal = tf.math.div(tf.math.sub(x.get(0), channels.get(2)), deviation);
    return tf.math.add(tf.math.mul(normal, channels.get(0)), channels.get(1));
  }
}
