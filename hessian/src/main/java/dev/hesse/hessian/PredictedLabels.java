package dev.hesse.hessian;

import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Loss;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Labels drawn from a model's predictive distribution: a class with the probabilities softmax(z) of
 * its scores z, 1 with probability σ(z), or z plus Gaussian noise of variance ½, whose negative
 * log-likelihood the squared error is.
 */
final class PredictedLabels {
  private PredictedLabels() {}

  /**
   * The batch with other labels, in the form of its own: class numbers, or targets.
   *
   * @param outputs of the batch, row-major in {@code shape}
   * @param seed of the draws
   */
  static Batch draw(Batch batch, Loss kind, double[] outputs, long[] shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DataArray given = batch.array(Batch.LABELS);
    boolean classes = given.shape().length < shape.length;
    double[] targets = new double[outputs.length];
    int width = (int) shape[shape.length - 1];
    int[] numbers = new int[outputs.length / width];
    for (int row = 0; row < numbers.length; row++) {
      int from = row * width;
      switch (kind) {
        case SOFTMAX_CROSS_ENTROPY -> {
          numbers[row] = category(outputs, from, width, random.nextDouble());
          targets[from + numbers[row]] = 1;
        }
        case SIGMOID_CROSS_ENTROPY -> {
          for (int i = from; i < from + width; i++) {
            targets[i] = random.nextDouble() * (1 + Math.exp(-outputs[i])) < 1 ? 1 : 0;
          }
        }
        case MEAN_SQUARED_ERROR -> {
          for (int i = from; i < from + width; i++) {
            targets[i] = outputs[i] + Math.sqrt(0.5) * gaussian(random);
          }
        }
      }
    }
    Map<String, DataArray> arrays = new LinkedHashMap<>(batch.arrays());
    arrays.put(
        Batch.LABELS,
        classes
            ? StoredTensor.of(given.shape(), numbers)
            : StoredTensor.of(given.shape(), targets).as(((StoredTensor) given).dtype()));
    return new Batch(batch.size(), arrays);
  }

  private static int category(double[] scores, int from, int width, double uniform) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      largest = Math.max(largest, scores[from + i]);
    }
    double total = 0;
    for (int i = 0; i < width; i++) {
      total += Math.exp(scores[from + i] - largest);
    }
    double left = uniform * total;
    for (int i = 0; i < width - 1; i++) {
      left -= Math.exp(scores[from + i] - largest);
      if (left < 0) {
        return i;
      }
    }
    return width - 1;
  }

  /** By Box and Muller's method. */
  private static double gaussian(SplittableRandom random) {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    return radius * Math.cos(2 * Math.PI * random.nextDouble());
  }
}
