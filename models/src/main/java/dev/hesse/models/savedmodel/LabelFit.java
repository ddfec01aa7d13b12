package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import java.util.Arrays;
import java.util.Optional;

/**
 * How labels go with outputs.
 *
 * @param loss which loss that is
 * @param targets whether labels have the outputs' shape; otherwise they are class numbers
 * @param labels in the shape that the loss takes
 */
record LabelFit(Loss loss, boolean targets, StoredTensor labels) {
  /** A row of float32 probabilities sums to 1 within this, however it was rounded. */
  private static final double SUM_TOLERANCE = 1e-3;

  /**
   * Finds out which loss labels are for, and checks them.
   *
   * @param outputs shape of one example's outputs
   * @param asked the loss that the user names
   * @param ending the loss that goes with the function that the outputs end with
   * @throws BadInputException if labels do not fit, or more than one loss could be meant
   */
  static LabelFit of(
      StoredTensor labels, long[] outputs, Optional<Loss> asked, Optional<Loss> ending) {
    Loss loss = asked.or(() -> implied(labels, outputs, ending)).orElse(null);
    if (loss == null) {
      throw new BadInputException(
          "outputs are %s for each example and labels %s of %s, which more than one loss could be for"
              .formatted(Arrays.toString(outputs), text(example(labels)), labels.elementType()),
          "Say which with --loss");
    }
    if (loss == Loss.SOFTMAX_CROSS_ENTROPY && outputs.length == 0) {
      throw new BadInputException(
          "the output is one number for each example, of which there is no softmax",
          "Say --loss sigmoid-cross-entropy or mse");
    }
    if (loss == Loss.SOFTMAX_CROSS_ENTROPY && areClasses(labels, outputs)) {
      return classes(labels, outputs);
    }
    StoredTensor targets = labels.reshaped(withBatch(labels, outputs, loss));
    if (loss == Loss.SOFTMAX_CROSS_ENTROPY) {
      requireDistributions(targets);
    } else {
      requireNumbers(targets, loss == Loss.SIGMOID_CROSS_ENTROPY);
    }
    return new LabelFit(loss, true, targets);
  }

  private static Optional<Loss> implied(
      StoredTensor labels, long[] outputs, Optional<Loss> ending) {
    if (ending.isEmpty()) {
      return guess(labels, outputs);
    }
    // Class numbers beside several sigmoids may be meant to be of a softmax.
    boolean unclear =
        ending.get() == Loss.SIGMOID_CROSS_ENTROPY
            && lastOf(outputs) > 1
            && areClasses(labels, outputs);
    return unclear ? Optional.empty() : ending;
  }

  private static Optional<Loss> guess(StoredTensor labels, long[] outputs) {
    if (lastOf(outputs) > 1 && isWhole(labels) && areClasses(labels, outputs)) {
      return Optional.of(Loss.SOFTMAX_CROSS_ENTROPY);
    }
    if (!sameSize(example(labels), outputs)) {
      return Optional.empty();
    }
    if (lastOf(outputs) > 1 && Arrays.equals(example(labels), outputs) && distributions(labels)) {
      return Optional.of(Loss.SOFTMAX_CROSS_ENTROPY);
    }
    return isWhole(labels) ? Optional.empty() : Optional.of(Loss.MEAN_SQUARED_ERROR);
  }

  private static boolean isWhole(StoredTensor labels) {
    return !labels.dtype().isFloating();
  }

  private static long lastOf(long[] shape) {
    return shape.length == 0 ? 1 : shape[shape.length - 1];
  }

  /** Whether there is a label in place of each row of outputs, and not one for each output. */
  private static boolean areClasses(StoredTensor labels, long[] outputs) {
    if (outputs.length == 0) {
      return false;
    }
    long[] rows = Arrays.copyOf(outputs, outputs.length - 1);
    return sameSize(example(labels), rows) && !Arrays.equals(example(labels), outputs);
  }

  private static LabelFit classes(StoredTensor labels, long[] outputs) {
    long classes = lastOf(outputs);
    if (classes < 2) {
      throw new BadInputException(
          "the output has one number for each example, of which softmax is always 1",
          "Say --loss sigmoid-cross-entropy or mse");
    }
    for (int i = 0; i < labels.elementCount(); i++) {
      double label = labels.toDouble(i);
      if (!(label >= 0 && label < classes && label == Math.rint(label))) {
        throw new BadInputException(
            "label %s at index %d is no class, which are whole numbers from 0 to %d"
                .formatted(number(label), i, classes - 1),
            "Number the classes that the model tells apart from 0");
      }
    }
    long[] rows =
        withBatch(labels, Arrays.copyOf(outputs, outputs.length - 1), Loss.SOFTMAX_CROSS_ENTROPY);
    return new LabelFit(Loss.SOFTMAX_CROSS_ENTROPY, false, labels.as(DType.INT32).reshaped(rows));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void requireDistributions(StoredTensor targets) {
    if (!distributions(targets)) {
      throw new BadInputException(
          "targets for softmax cross-entropy are not distributions: along their last dimension they"
              + " must not be negative and sum to 1",
          "Give class numbers, one-hot rows or probabilities, or another --loss");
    }
  }

  private static boolean distributions(StoredTensor targets) {
    int classes = (int) lastOf(targets.shape());
    for (int row = 0; row < targets.elementCount(); row += classes) {
      double sum = 0;
      for (int i = row; i < row + classes; i++) {
        if (!(targets.toDouble(i) >= 0)) {
          return false;
        }
        sum += targets.toDouble(i);
      }
      if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
        return false;
      }
    }
    return true;
  }

  private static void requireNumbers(StoredTensor targets, boolean probabilities) {
    for (int i = 0; i < targets.elementCount(); i++) {
      double target = targets.toDouble(i);
      if (!Double.isFinite(target) || (probabilities && !(target >= 0 && target <= 1))) {
        throw new BadInputException(
            "label %s at index %d is not %s"
                .formatted(
                    number(target),
                    i,
                    probabilities ? "from 0 to 1, as sigmoid cross-entropy needs" : "finite"),
            "Correct the labels, or name another --loss");
      }
    }
  }

  private static long[] example(StoredTensor labels) {
    long[] shape = labels.shape();
    return Arrays.copyOfRange(shape, 1, shape.length);
  }

  /** Whether shapes are the same but for dimensions of 1. */
  private static boolean sameSize(long[] a, long[] b) {
    return Arrays.equals(
        Arrays.stream(a).filter(d -> d != 1).toArray(),
        Arrays.stream(b).filter(d -> d != 1).toArray());
  }

  private static long[] withBatch(StoredTensor labels, long[] example, Loss loss) {
    if (!sameSize(example(labels), example)) {
      throw new BadInputException(
          "labels have shape %s, where %s of these outputs takes %s%s"
              .formatted(
                  Arrays.toString(labels.shape()),
                  loss.label(),
                  text(example),
                  loss == Loss.SOFTMAX_CROSS_ENTROPY ? ", or class numbers without the last" : ""),
          "Reshape the labels, or name another --loss");
    }
    long[] shape = new long[example.length + 1];
    shape[0] = labels.shape()[0];
    System.arraycopy(example, 0, shape, 1, example.length);
    return shape;
  }

  /** The shape of one example with its batch. */
  private static String text(long[] example) {
    StringBuilder text = new StringBuilder("[N");
    for (long size : example) {
      text.append(", ").append(size);
    }
    return text.append(']').toString();
  }
}
