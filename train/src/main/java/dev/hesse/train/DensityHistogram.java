package dev.hesse.train;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.tensorflow.proto.HistogramProto;

/** A discrete spectral density in the form that TensorBoard shows. */
final class DensityHistogram {
  private DensityHistogram() {}

  /**
   * One bucket for each distinct node of positive weight, which holds that weight. Buckets meet
   * halfway between nodes; the first begins at the smallest node, the last ends at the largest.
   * {@code num}, {@code sum} and {@code sum_squares} are Σw, Σw·x and Σw·x² of the nodes
   * themselves, not of the buckets.
   *
   * @throws IllegalArgumentException if the lengths differ, a node is not finite, a weight is
   *     negative or not finite, or no weight is positive
   */
  static HistogramProto of(double[] nodes, double[] weights) {
    NavigableMap<Double, Double> masses = masses(nodes, weights);
    HistogramProto.Builder histogram =
        HistogramProto.newBuilder().setMin(masses.firstKey()).setMax(masses.lastKey());
    double num = 0;
    double sum = 0;
    double sumSquares = 0;
    for (Map.Entry<Double, Double> mass : masses.entrySet()) {
      double node = mass.getKey();
      double weight = mass.getValue();
      Double next = masses.higherKey(node);
      histogram.addBucketLimit(next == null ? node : node / 2 + next / 2).addBucket(weight);
      num += weight;
      sum += weight * node;
      sumSquares += weight * node * node;
    }
    return histogram.setNum(num).setSum(sum).setSumSquares(sumSquares).build();
  }

  private static NavigableMap<Double, Double> masses(double[] nodes, double[] weights) {
    if (nodes.length != weights.length) {
      throw new IllegalArgumentException(
          "expected as many weights as nodes, got %d and %d"
              .formatted(weights.length, nodes.length));
    }
    NavigableMap<Double, Double> masses = new TreeMap<>();
    for (int i = 0; i < nodes.length; i++) {
      if (!Double.isFinite(nodes[i])) {
        throw new IllegalArgumentException("node %d must be finite, got %s".formatted(i, nodes[i]));
      }
      if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "weight %d must be finite and not negative, got %s".formatted(i, weights[i]));
      }
      if (weights[i] > 0) {
        masses.merge(nodes[i], weights[i], Double::sum);
      }
    }
    if (masses.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a positive weight, got none among " + weights.length);
    }
    return masses;
  }
}
