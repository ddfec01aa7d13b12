package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import org.tensorflow.ndarray.Shape;

/**
 * Slopes ∂ℓ/∂z of a loss's terms at labels drawn from the model's own prediction: p − e_y with a
 * class y drawn from p = softmax(z); p − y with y = 1 drawn with probability p = σ(z); and 2(z − t)
 * with t normal around z with variance ½, of which (z − t)² is the negative log-likelihood.
 *
 * <p>An example's draws are a function of seed and its number alone, and the first samples of many
 * are those of fewer.
 */
final class DrawnSlopes {
  /** The name in a batch. */
  static final String ARRAY = "drawn slopes";

  private static final double DEVIATION = StrictMath.sqrt(0.5);

  private DrawnSlopes() {}

  /** How many terms a loss over outputs of this shape has: one for each row, or each output. */
  static long terms(Loss kind, Shape outputs) {
    return outputs.size() / width(kind, outputs);
  }

  /** How many outputs share a term. */
  private static int width(Loss kind, Shape outputs) {
    return kind == Loss.SOFTMAX_CROSS_ENTROPY
        ? Math.toIntExact(outputs.get(outputs.numDimensions() - 1))
        : 1;
  }

  /**
   * Draws for each example of a batch.
   *
   * @param outputs z, row-major
   * @param shape of the outputs, examples × …
   * @param samples labels for each term
   * @param first number of the batch's first example
   * @return examples × samples × …
   */
  static StoredTensor draw(
      Loss kind, double[] outputs, Shape shape, int samples, Probes random, int first) {
    int examples = Math.toIntExact(shape.get(0));
    int each = outputs.length / examples;
    int width = width(kind, shape);
    double[] slopes = new double[Math.multiplyExact(outputs.length, samples)];
    for (int i = 0; i < examples; i++) {
      double[] uniform = random.uniform(first + i, 2 * samples * each / width);
      for (int s = 0; s < samples; s++) {
        for (int at = 0; at < each; at += width) {
          int draw = 2 * (s * each + at) / width;
          slope(
              kind,
              outputs,
              i * each + at,
              width,
              uniform[draw],
              uniform[draw + 1],
              slopes,
              (i * samples + s) * each + at);
        }
      }
    }
    long[] dimensions = new long[shape.numDimensions() + 1];
    dimensions[0] = examples;
    dimensions[1] = samples;
    System.arraycopy(shape.asArray(), 1, dimensions, 2, dimensions.length - 2);
    return StoredTensor.of(dimensions, slopes);
  }

  private static void slope(
      Loss kind,
      double[] z,
      int from,
      int width,
      double uniform,
      double another,
      double[] slopes,
      int to) {
    switch (kind) {
      case SOFTMAX_CROSS_ENTROPY -> category(z, from, width, uniform, slopes, to);
      case SIGMOID_CROSS_ENTROPY -> {
        double p = 1 / (1 + Math.exp(-z[from]));
        slopes[to] = p - (uniform < p ? 1 : 0);
      }
      case MEAN_SQUARED_ERROR -> {
        // Box and Muller's method.
        double normal =
            StrictMath.sqrt(-2 * StrictMath.log(uniform)) * StrictMath.cos(2 * Math.PI * another);
        slopes[to] = 2 * DEVIATION * normal;
      }
    }
  }

  private static void category(
      double[] z, int from, int width, double uniform, double[] slopes, int to) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < width; c++) {
      largest = Math.max(largest, z[from + c]);
    }
    double total = 0;
    for (int c = 0; c < width; c++) {
      slopes[to + c] = Math.exp(z[from + c] - largest);
      total += slopes[to + c];
    }
    double left = uniform;
    int drawn = -1;
    for (int c = 0; c < width; c++) {
      slopes[to + c] /= total;
      left -= slopes[to + c];
      if (drawn < 0 && (left < 0 || c == width - 1)) {
        drawn = c;
      }
    }
    slopes[to + drawn]--;
  }
}
