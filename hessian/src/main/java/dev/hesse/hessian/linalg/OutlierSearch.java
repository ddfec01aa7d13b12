package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.SpectralDensity.Outliers;
import dev.hesse.hessian.linalg.SpectralDensity.Run;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Finds the outermost Ritz values that are simple eigenvalues of the matrix: converged ones, whose
 * weights are no larger than those of simple eigenvalues are.
 *
 * <p>The sum of n·w over R runs is χ² distributed with R degrees of freedom for a simple eigenvalue
 * and with k·R for one that is repeated k times. One run cannot tell the first from a small k: an
 * eigenvalue is taken to be simple until its weights, or a second Ritz value beside it, say
 * otherwise.
 */
final class OutlierSearch {
  /** Of a residual to the Ritz value's distance from its neighbours. */
  private static final double CONVERGED = 1e-2;

  /** In standard deviations of a normal variable, which exceeds it with probability 0.27 %. */
  private static final double LARGE = 2.782;

  private OutlierSearch() {}

  /**
   * Counts from each end to the first Ritz value that has not converged.
   *
   * @param ritz of the first steps of the space
   */
  static Outliers converged(Lanczos lanczos, TridiagonalEigen ritz) {
    int m = ritz.size();
    if (m == lanczos.dimension()) {
      return new Outliers(m, 0);
    }
    if (m == 1 || m == lanczos.firstInvariant()) {
      return Outliers.NONE; // no neighbour to be far from; eigenvalues repeat, and any of them may
    }
    int bottom = count(m, i -> isConverged(lanczos, ritz, i));
    return new Outliers(count(m - bottom, i -> isConverged(lanczos, ritz, m - 1 - i)), bottom);
  }

  private static boolean isConverged(Lanczos lanczos, TridiagonalEigen ritz, int i) {
    double residual = lanczos.coupling(ritz.size()) * Math.abs(ritz.last(i)) + lanczos.defect();
    double gap = Double.POSITIVE_INFINITY;
    if (i > 0) {
      gap = Math.min(gap, ritz.value(i) - ritz.value(i - 1));
    }
    if (i < ritz.size() - 1) {
      gap = Math.min(gap, ritz.value(i + 1) - ritz.value(i));
    }
    return residual <= CONVERGED * gap;
  }

  /** Of converged ones of every run, counts from each end to the first that is too heavy. */
  static Outliers simple(int dimension, List<Run> runs, Outliers converged) {
    if (converged.top() == dimension) {
      return converged;
    }
    double most = heaviest(runs.size()) / dimension;
    int top =
        count(
            converged.top(),
            i -> runs.stream().mapToDouble(r -> weight(r, r.nodes().size() - 1 - i)).sum() <= most);
    int bottom =
        count(converged.bottom(), i -> runs.stream().mapToDouble(r -> weight(r, i)).sum() <= most);
    return new Outliers(top, bottom);
  }

  private static double weight(Run run, int i) {
    return run.weights().get(i);
  }

  /** χ²'s quantile by Wilson and Hilferty's cube: 9.1, 12.0, 14.3 for one, two and three runs. */
  private static double heaviest(int freedom) {
    double variance = 2.0 / (9 * freedom);
    return freedom * Math.pow(1 - variance + LARGE * Math.sqrt(variance), 3);
  }

  private static int count(int most, IntPredicate holds) {
    int found = 0;
    while (found < most && holds.test(found)) {
      found++;
    }
    return found;
  }
}
