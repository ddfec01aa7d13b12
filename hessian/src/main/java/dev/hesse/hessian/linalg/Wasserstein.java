package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.SpectralDensity.Run;
import java.util.Arrays;

/**
 * The Wasserstein-1 distance ∫ |F(t) − G(t)| dt of two distributions on the line with cumulative
 * distribution functions F and G: how far weight must be moved, in units of the eigenvalues.
 */
public final class Wasserstein {
  private Wasserstein() {}

  /**
   * The distance of a rule to a whole spectrum, whose eigenvalues weigh alike.
   *
   * @param eigenvalues in any order
   */
  public static double distance(Run rule, double[] eigenvalues) {
    double[] sorted = eigenvalues.clone();
    Arrays.sort(sorted);
    int nodes = rule.nodes().size();
    double total = rule.weights().stream().mapToDouble(w -> w).sum();
    double distance = 0;
    double difference = 0;
    double last = Math.min(sorted[0], rule.nodes().get(0));
    for (int i = 0, j = 0; i < sorted.length || j < nodes; ) {
      boolean isEigenvalue = j == nodes || (i < sorted.length && sorted[i] <= rule.nodes().get(j));
      double next = isEigenvalue ? sorted[i] : rule.nodes().get(j);
      distance += Math.abs(difference) * (next - last);
      last = next;
      difference += isEigenvalue ? 1.0 / sorted.length : -rule.weights().get(j) / total;
      if (isEigenvalue) {
        i++;
      } else {
        j++;
      }
    }
    return distance;
  }
}
