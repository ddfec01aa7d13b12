package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Run;
import java.util.List;

/**
 * How a discrete spectrum becomes a curve.
 *
 * @param sigma2 variance of the Gaussian that replaces each Ritz value, in squared eigenvalue units
 * @param margin how far the grid reaches beyond the outermost Ritz values, in eigenvalue units
 * @param points number of equally spaced grid points
 */
public record Smoothing(double sigma2, double margin, int points) {

  /** The number of grid points unless stated otherwise. */
  public static final int POINTS_DEFAULT = 10_000;

  private static final double PYHESSIAN_MARGIN = 0.01;
  private static final double VARIANCE_PER_RANGE = 1e-5;

  /** What PyHessian's margin is where R ≤ 1; the margin cuts 0.08 % of a Gaussian that deep. */
  private static final double MARGIN_IN_SIGMAS = PYHESSIAN_MARGIN / Math.sqrt(VARIANCE_PER_RANGE);

  public Smoothing {
    if (!(sigma2 > 0 && Double.isFinite(sigma2))) {
      throw new IllegalArgumentException("expected a positive variance, got " + sigma2);
    }
    if (!(margin > 0 && Double.isFinite(margin))) {
      throw new IllegalArgumentException("expected a positive margin, got " + margin);
    }
    if (points < 2) {
      throw new IllegalArgumentException("expected at least 2 points, got " + points);
    }
  }

  /**
   * PyHessian's smoothing: σ² = 1e-5·max(1, R), where R is the range of all Ritz values with the
   * margin 0.01 at both ends, and 10,000 points. It differs in one thing: the margin grows with σ,
   * as 0.01·√max(1, R), since a fixed one cuts the outermost Gaussians of a wide spectrum in half.
   */
  public static Smoothing standard(List<Run> runs) {
    double range = Range.of(runs).width() + 2 * PYHESSIAN_MARGIN;
    return ofVariance(VARIANCE_PER_RANGE * Math.max(1, range));
  }

  /** Smoothing with a chosen variance, a margin of √10·σ and 10,000 points. */
  public static Smoothing ofVariance(double sigma2) {
    return new Smoothing(sigma2, MARGIN_IN_SIGMAS * Math.sqrt(sigma2), POINTS_DEFAULT);
  }
}
