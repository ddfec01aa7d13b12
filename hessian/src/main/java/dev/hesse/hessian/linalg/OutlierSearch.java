package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.SpectralDensity.Outliers;

/** Finds the outermost Ritz values of a run that are simple eigenvalues of the matrix. */
final class OutlierSearch {
  /** Of a residual to the Ritz value's distance from its neighbours. */
  private static final double CONVERGED = 1e-2;

  /** n·w of a simple eigenvalue is χ²₁ distributed, and larger with probability 6e-7. */
  private static final double MOST_SIMPLE = 25;

  private final Lanczos lanczos;
  private final TridiagonalEigen ritz;
  private final double coupling;

  private OutlierSearch(Lanczos lanczos, TridiagonalEigen ritz) {
    this.lanczos = lanczos;
    this.ritz = ritz;
    this.coupling = lanczos.coupling(ritz.size());
  }

  /**
   * Counts from each end to the first Ritz value that is none.
   *
   * @param ritz of the first steps of the space
   */
  static Outliers of(Lanczos lanczos, TridiagonalEigen ritz) {
    int m = ritz.size();
    if (m == lanczos.dimension()) {
      return new Outliers(m, 0);
    }
    if (m == lanczos.firstInvariant()) {
      return Outliers.NONE; // eigenvalues repeat, and any of them may
    }
    OutlierSearch search = new OutlierSearch(lanczos, ritz);
    int bottom = 0;
    while (bottom < m && search.isSimple(bottom)) {
      bottom++;
    }
    int top = 0;
    while (top < m - bottom && search.isSimple(m - 1 - top)) {
      top++;
    }
    return new Outliers(top, bottom);
  }

  private boolean isSimple(int i) {
    double weight = ritz.first(i) * ritz.first(i);
    double residual = coupling * Math.abs(ritz.last(i)) + lanczos.defect();
    double gap = Double.POSITIVE_INFINITY;
    if (i > 0) {
      gap = Math.min(gap, ritz.value(i) - ritz.value(i - 1));
    }
    if (i < ritz.size() - 1) {
      gap = Math.min(gap, ritz.value(i + 1) - ritz.value(i));
    }
    return residual <= CONVERGED * gap && lanczos.dimension() * weight <= MOST_SIMPLE;
  }
}
