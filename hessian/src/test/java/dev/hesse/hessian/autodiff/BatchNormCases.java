package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Batch norm as one operation, which TensorFlow computes in single precision only. */
final class BatchNormCases {
  private static final float EPSILON = 0.25f;

  private BatchNormCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.concat(
        Stream.of(
            withRunningStatistics("FusedBatchNorm", "NHWC", shape(2, 3, 2, 3)),
            withRunningStatistics("FusedBatchNorm", "NCHW", shape(2, 3, 3, 2)),
            withRunningStatistics("FusedBatchNormV2", "NHWC", shape(2, 3, 2, 3)),
            withRunningStatistics("FusedBatchNormV2", "NCHW", shape(2, 3, 3, 2)),
            withRunningStatistics("FusedBatchNormV3", "NHWC", shape(2, 3, 2, 3)),
            withRunningStatistics("FusedBatchNormV3", "NCHW", shape(2, 3, 3, 2)),
            withRunningStatistics("FusedBatchNormV3", "NDHWC", shape(2, 2, 2, 2, 3)),
            withRunningStatistics("FusedBatchNormV3", "NCDHW", shape(2, 3, 2, 2, 2))),
        Stream.of(
            overOneExample("FusedBatchNorm", "NHWC", shape(1, 3, 2, 3)),
            overOneExample("FusedBatchNormV3", "NHWC", shape(1, 3, 2, 3)),
            overOneExample("FusedBatchNormV3", "NCHW", shape(1, 3, 5, 1))));
  }

  private static DerivativeCase withRunningStatistics(String type, String format, Shape shape) {
    return of(
            "%s %s".formatted(type, format),
            (tf, x) -> fused(tf, type, format, false, x),
            shape,
            shape(3),
            shape(3),
            shape(3),
            shape(3))
        .in(0.5, 2)
        .inSinglePrecisionLike(
            (tf, x) -> {
              Operand<TNumber> mean = aligned(tf, x.get(0), x.get(3), format);
              Operand<TNumber> variance = aligned(tf, x.get(0), x.get(4), format);
              return normalized(tf, x, mean, variance, format);
            });
  }

  /** A case whose x has a precision of its own inside the operation. */
  static DerivativeCase withRunningStatistics(Class<? extends TNumber> type) {
    return of(
            "FusedBatchNormV3 of " + type.getSimpleName(),
            (tf, x) -> {
              List<Operand<?>> inputs = new ArrayList<>(x);
              inputs.set(0, tf.dtypes.cast(x.get(0), type));
              return tf.dtypes.cast(
                  fused(tf, "FusedBatchNormV3", "NHWC", false, inputs), x.get(0).type());
            },
            shape(2, 3, 2, 3),
            shape(3),
            shape(3),
            shape(3),
            shape(3))
        .in(0.5, 2);
  }

  private static DerivativeCase overOneExample(String type, String format, Shape shape) {
    return of(
            "%s of one example, %s".formatted(type, format),
            (tf, x) ->
                fused(
                    tf,
                    type,
                    format,
                    true,
                    List.of(
                        x.get(0),
                        x.get(1),
                        x.get(2),
                        tf.constant(new float[] {}),
                        tf.constant(new float[] {}))),
            shape,
            shape(3),
            shape(3))
        .inSinglePrecisionLike(
            (tf, x) -> {
              Operand<TInt32> axes =
                  tf.constant(format.equals("NHWC") ? new int[] {0, 1, 2} : new int[] {0, 2, 3});
              Operand<TNumber> mean = tf.math.mean(x.get(0), axes, Mean.keepDims(true));
              Operand<TNumber> variance =
                  tf.math.mean(
                      tf.math.square(tf.math.sub(x.get(0), mean)), axes, Mean.keepDims(true));
              return normalized(tf, x, mean, variance, format);
            });
  }

  private static Operand<TNumber> fused(
      Ops tf, String type, String format, boolean training, List<? extends Operand<?>> inputs) {
    return raw(
        tf,
        type,
        builder -> {
          builder.setAttr("is_training", training);
          builder.setAttr("epsilon", EPSILON);
          builder.setAttr("data_format", format);
        },
        inputs.toArray(Operand<?>[]::new));
  }

  private static Operand<TNumber> normalized(
      Ops tf,
      List<Operand<TNumber>> x,
      Operand<TNumber> mean,
      Operand<TNumber> variance,
      String format) {
    Operand<TNumber> deviation = tf.math.sqrt(tf.math.add(variance, number(tf, x.get(0), EPSILON)));
    Operand<TNumber> normal = tf.math.div(tf.math.sub(x.get(0), mean), deviation);
    return tf.math.add(
        tf.math.mul(normal, aligned(tf, x.get(0), x.get(1), format)),
        aligned(tf, x.get(0), x.get(2), format));
  }

  private static Operand<TNumber> aligned(
      Ops tf, Operand<TNumber> x, Operand<TNumber> channels, String format) {
    if (format.endsWith("C")) {
      return channels;
    }
    return tf.reshape(
        channels, tf.constant(x.rank() == 4 ? new int[] {3, 1, 1} : new int[] {3, 1, 1, 1}));
  }
}
