package dev.hesse.models;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Writes a loss behind a network's outputs: a placeholder {@link #LABELS}, the scalar mean {@link
 * #LOSS} and, where there is something to be right about, {@link #CORRECT}.
 */
final class LossHead {
  static final String LABELS = "labels";
  static final String LOSS = "loss";
  static final String CORRECT = "correct";

  private LossHead() {}

  /**
   * Writes softmax cross-entropy against class numbers, int32 in the outputs' shape but the last.
   */
  static <T extends TNumber> void classes(Ops tf, Operand<T> outputs) {
    long[] shape = outputs.shape().asArray();
    long classes = shape[shape.length - 1];
    Shape labelShape = Shape.of(Arrays.copyOf(shape, shape.length - 1));
    Operand<TInt32> labels =
        tf.withName(LABELS).placeholder(TInt32.class, Placeholder.shape(labelShape));
    Operand<T> rows = tf.reshape(outputs, tf.constant(new long[] {-1, classes}));
    Operand<TInt32> flat = tf.reshape(labels, tf.constant(new long[] {-1}));
    mean(tf, tf.nn.sparseSoftmaxCrossEntropyWithLogits(rows, flat).loss());
    Operand<TInt32> predicted = tf.math.argMax(outputs, tf.constant(-1), TInt32.class);
    correct(tf, tf.math.equal(predicted, labels));
  }

  /** Writes a loss against targets in the outputs' shape and type. */
  static <T extends TNumber> void targets(Ops tf, Loss loss, Operand<T> outputs) {
    Class<T> type = outputs.type();
    Operand<T> targets = tf.withName(LABELS).placeholder(type, Placeholder.shape(outputs.shape()));
    switch (loss) {
      case SOFTMAX_CROSS_ENTROPY -> {
        long[] shape = outputs.shape().asArray();
        Operand<TInt64> rows = tf.constant(new long[] {-1, shape[shape.length - 1]});
        mean(
            tf,
            tf.nn
                .softmaxCrossEntropyWithLogits(tf.reshape(outputs, rows), tf.reshape(targets, rows))
                .loss());
        correct(
            tf,
            tf.math.equal(
                tf.math.argMax(outputs, tf.constant(-1)),
                tf.math.argMax(targets, tf.constant(-1))));
      }
      case SIGMOID_CROSS_ENTROPY -> {
        mean(tf, tf.math.sub(tf.math.softplus(outputs), tf.math.mul(outputs, targets)));
        Operand<TBool> one = tf.math.greater(targets, Constants.scalar(tf, type, 0.5));
        Operand<TBool> predicted = tf.math.greater(outputs, Constants.scalar(tf, type, 0));
        correct(tf, tf.math.equal(predicted, one));
      }
      case MEAN_SQUARED_ERROR -> mean(tf, tf.math.squaredDifference(outputs, targets));
    }
  }

  private static <T extends TNumber> void mean(Ops tf, Operand<T> losses) {
    tf.withName(LOSS).math.mean(losses, allAxes(tf, losses.shape(), 0));
  }

  /** Each example counts for its share of right labels. */
  private static void correct(Ops tf, Operand<TBool> right) {
    Operand<TFloat64> ones = tf.dtypes.cast(right, TFloat64.class);
    Operand<TFloat64> shares = tf.math.mean(ones, allAxes(tf, right.shape(), 1));
    tf.withName(CORRECT).sum(shares, tf.constant(new int[] {0}));
  }

  private static Operand<TInt32> allAxes(Ops tf, Shape shape, int first) {
    return tf.constant(IntStream.range(first, shape.numDimensions()).toArray());
  }
}
