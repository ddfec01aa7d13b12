package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.family.TNumber;

/** Losses in one operation. */
final class LossCases {
  private LossCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
        of("SparseSoftmaxCrossEntropyWithLogits", (tf, x) -> sparse(tf, x).loss(), shape(3, 4)),
        of(
            "SparseSoftmaxCrossEntropyWithLogits, its slope",
            (tf, x) -> sparse(tf, x).backprop(),
            shape(3, 4)),
        of(
            "SoftmaxCrossEntropyWithLogits",
            (tf, z, t) -> dense(tf, z, t).loss(),
            shape(3, 4),
            shape(3, 4)),
        of(
            "SoftmaxCrossEntropyWithLogits of constant targets",
            (tf, z) ->
                dense(
                        tf,
                        z,
                        tf.nn.softmax(
                            tf.dtypes.cast(tf.constant(new int[][] {{0, 1, 2, 0}}), z.type())))
                    .loss(),
            shape(3, 4)),
        of(
            "SoftmaxCrossEntropyWithLogits of one row",
            (tf, z, t) -> dense(tf, z, t).loss(),
            shape(1, 4),
            shape(3, 4)),
        of(
            "SoftmaxCrossEntropyWithLogits, its slope",
            (tf, z, t) -> dense(tf, z, t).backprop(),
            shape(3, 4),
            shape(1, 4)),
        of(
            "SoftmaxCrossEntropyWithLogits and its slope",
            (tf, z, t) -> {
              SoftmaxCrossEntropyWithLogits<TNumber> both = dense(tf, z, t);
              return tf.math.add(tf.expandDims(both.loss(), tf.constant(1)), both.backprop());
            },
            shape(3, 4),
            shape(3, 4)));
  }

  private static SparseSoftmaxCrossEntropyWithLogits<TNumber> sparse(Ops tf, Operand<TNumber> z) {
    return tf.nn.sparseSoftmaxCrossEntropyWithLogits(z, tf.constant(new int[] {2, 0, 3}));
  }

  private static SoftmaxCrossEntropyWithLogits<TNumber> dense(
      Ops tf, Operand<TNumber> z, Operand<TNumber> t) {
    return tf.nn.softmaxCrossEntropyWithLogits(z, t);
  }
}
