package dev.hesse.models;

import java.util.Arrays;
import java.util.Optional;
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
 * A loss behind a network's outputs, by the names of its nodes.
 *
 * @param labels the placeholder
 * @param loss the scalar mean
 * @param correct as {@link LossGraph#correct}
 */
public record LossHead(String labels, String loss, Optional<String> correct) {

  /**
   * Writes softmax cross-entropy against class numbers, int32 in the outputs' shape but the last.
   */
  public static <T extends TNumber> LossHead classes(Ops tf, Operand<T> outputs) {
    return classes(tf, outputs, /* probabilities= */ false);
  }

  /**
   * As {@link #classes(Ops, Operand)}.
   *
   * @param probabilities whether outputs are these, and not logits
   */
  public static <T extends TNumber> LossHead classes(
      Ops tf, Operand<T> outputs, boolean probabilities) {
    long[] shape = outputs.shape().asArray();
    long classes = shape[shape.length - 1];
    Shape labelShape = Shape.of(Arrays.copyOf(shape, shape.length - 1));
    Operand<TInt32> labels =
        tf.withName("labels").placeholder(TInt32.class, Placeholder.shape(labelShape));
    Operand<T> rows = tf.reshape(outputs, tf.constant(new long[] {-1, classes}));
    Operand<TInt32> flat = tf.reshape(labels, tf.constant(new long[] {-1}));
    Operand<T> losses =
        probabilities
            ? crossEntropy(tf, oneHot(tf, flat, classes, outputs.type()), rows)
            : tf.nn.sparseSoftmaxCrossEntropyWithLogits(rows, flat).loss();
    Operand<T> loss = mean(tf, losses);
    Operand<TInt32> predicted = tf.math.argMax(outputs, tf.constant(-1), TInt32.class);
    return of(labels, loss, correct(tf, tf.math.equal(predicted, labels)));
  }

  private static <T extends TNumber> Operand<T> oneHot(
      Ops tf, Operand<TInt32> labels, long classes, Class<T> type) {
    return tf.oneHot(
        labels,
        tf.constant(Math.toIntExact(classes)),
        Constants.scalar(tf, type, 1),
        Constants.scalar(tf, type, 0));
  }

  /** −Σ t·log p of each row, where 0·log 0 is 0. */
  private static <T extends TNumber> Operand<T> crossEntropy(
      Ops tf, Operand<T> targets, Operand<T> probabilities) {
    return tf.math.neg(tf.sum(tf.math.xlogy(targets, probabilities), tf.constant(new int[] {1})));
  }

  /** Writes a loss against targets in the outputs' shape and type. */
  public static <T extends TNumber> LossHead targets(Ops tf, Loss loss, Operand<T> outputs) {
    return targets(tf, loss, outputs, /* probabilities= */ false);
  }

  /**
   * As {@link #targets(Ops, Loss, Operand)}.
   *
   * @param probabilities whether the outputs that a cross-entropy is taken of are these, and not
   *     logits
   */
  public static <T extends TNumber> LossHead targets(
      Ops tf, Loss loss, Operand<T> outputs, boolean probabilities) {
    Class<T> type = outputs.type();
    Operand<T> targets =
        tf.withName("labels").placeholder(type, Placeholder.shape(outputs.shape()));
    return switch (loss) {
      case SOFTMAX_CROSS_ENTROPY -> {
        long[] shape = outputs.shape().asArray();
        Operand<TInt64> rows = tf.constant(new long[] {-1, shape[shape.length - 1]});
        Operand<T> outputRows = tf.reshape(outputs, rows);
        Operand<T> targetRows = tf.reshape(targets, rows);
        Operand<T> losses =
            probabilities
                ? crossEntropy(tf, targetRows, outputRows)
                : tf.nn.softmaxCrossEntropyWithLogits(outputRows, targetRows).loss();
        Operand<TBool> right =
            tf.math.equal(
                tf.math.argMax(outputs, tf.constant(-1)), tf.math.argMax(targets, tf.constant(-1)));
        yield of(targets, mean(tf, losses), correct(tf, right));
      }
      case SIGMOID_CROSS_ENTROPY -> {
        Operand<T> unit = Constants.scalar(tf, type, 1);
        Operand<T> losses =
            probabilities
                ? tf.math.neg(
                    tf.math.add(
                        tf.math.xlogy(targets, outputs),
                        tf.math.xlog1py(tf.math.sub(unit, targets), tf.math.neg(outputs))))
                : tf.math.sub(tf.math.softplus(outputs), tf.math.mul(outputs, targets));
        Operand<TBool> one = tf.math.greater(targets, Constants.scalar(tf, type, 0.5));
        Operand<TBool> predicted =
            tf.math.greater(outputs, Constants.scalar(tf, type, probabilities ? 0.5 : 0));
        yield of(targets, mean(tf, losses), correct(tf, tf.math.equal(predicted, one)));
      }
      case MEAN_SQUARED_ERROR ->
          new LossHead(
              name(targets),
              name(mean(tf, tf.math.squaredDifference(outputs, targets))),
              Optional.empty());
    };
  }

  private static LossHead of(Operand<?> labels, Operand<?> loss, Operand<?> correct) {
    return new LossHead(name(labels), name(loss), Optional.of(name(correct)));
  }

  private static String name(Operand<?> operand) {
    return operand.op().name();
  }

  /** The mean of all elements. */
  public static <T extends TNumber> Operand<T> mean(Ops tf, Operand<T> losses) {
    return tf.withName("loss").math.mean(losses, allAxes(tf, losses.shape(), 0));
  }

  /** Each example counts for its share of right labels. */
  private static Operand<TFloat64> correct(Ops tf, Operand<TBool> right) {
    Operand<TFloat64> ones = tf.dtypes.cast(right, TFloat64.class);
    Operand<TFloat64> shares = tf.math.mean(ones, allAxes(tf, right.shape(), 1));
    return tf.withName("correct").sum(shares, tf.constant(new int[] {0}));
  }

  private static Operand<TInt32> allAxes(Ops tf, Shape shape, int first) {
    return tf.constant(IntStream.range(first, shape.numDimensions()).toArray());
  }
}
