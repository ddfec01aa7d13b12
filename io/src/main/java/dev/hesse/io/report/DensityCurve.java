package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.Run;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * A spectral density as a curve: on m equally spaced points, the mean over the runs of Σᵢ
 * weights[i]·φ((x − nodes[i])/σ)/σ with the standard normal density φ, divided by its sum times the
 * spacing, so that it integrates to 1.
 *
 * <p>Where the spacing h exceeds σ, as in a wide spectrum with little smoothing, the Gaussians fall
 * between the points. A point then carries the mean over its cell [x − h/2, x + h/2], taken at
 * ⌈h/σ⌉ places. Sums over places at most σ apart give a Gaussian's integral to 6e-9, so no Ritz
 * value loses or gains weight by where it lies. The grid reaches at least five spacings beyond the
 * outermost Ritz values.
 *
 * <p>Takes about 80·max(1, σ/h) exponentials per Ritz value.
 */
public final class DensityCurve {
  /** exp(−x²/2) is zero in double precision beyond. */
  private static final double SUPPORT_IN_SIGMAS = 39;

  /** A Gaussian narrower than this part of a cell cannot be told from one that has this width. */
  private static final double LEAST_SIGMA_IN_CELLS = 1e-4;

  /** Keeps weight out of the end points, which the trapezoid rule halves. */
  private static final double LEAST_MARGIN_IN_CELLS = 5;

  /** Keeps neighbouring grid points distinct when all Ritz values coincide. */
  private static final double LEAST_RELATIVE_MARGIN = 1e-9;

  private final double[] grid;
  private final double[] values;
  private final double[] lower;
  private final double[] upper;

  private DensityCurve(double[] grid, double[] values, double[] lower, double[] upper) {
    this.grid = grid;
    this.values = values;
    this.lower = lower;
    this.upper = upper;
  }

  /**
   * Smooths the Ritz values of one or more runs.
   *
   * @param outliers among them, with which the curve has a band of two standard errors; without,
   *     the band is that between the runs
   * @throws IllegalArgumentException if there is no Ritz value
   */
  public static DensityCurve of(List<Run> runs, @Nullable Outliers outliers, Smoothing smoothing) {
    Range range = Range.of(runs);
    int points = smoothing.points();
    double margin =
        DoubleStream.of(
                smoothing.margin(),
                LEAST_MARGIN_IN_CELLS * range.width() / (points - 1),
                LEAST_RELATIVE_MARGIN * range.magnitude())
            .max()
            .getAsDouble();
    double start = range.min() - margin;
    double spacing = (range.width() + 2 * margin) / (points - 1);
    double sigma = Math.max(Math.sqrt(smoothing.sigma2()), LEAST_SIGMA_IN_CELLS * spacing);

    DensityCurve curve = on(start, spacing, points, runs, sigma);
    return outliers == null ? curve : curve.withBand(runs, outliers, sigma);
  }

  /**
   * The band that random start vectors make: the squared standard error at x is 2/(n·R) times the
   * variance of the Gaussian around x over the bulk's weight, for R runs, as the outliers are
   * exact. The square of a Gaussian of width σ is one of width σ/√2 over 2√π·σ.
   */
  private DensityCurve withBand(List<Run> runs, Outliers outliers, double sigma) {
    double spacing = grid[1] - grid[0];
    double[] squares = new double[grid.length];
    double[] bulk = new double[grid.length];
    double weight = 0;
    for (Run run : runs) {
      for (int i = outliers.bottom(); i < run.nodes().size() - outliers.top(); i++) {
        double centre = run.nodes().get(i) - grid[0];
        double share = run.adjusted().get(i) / runs.size();
        weight += share;
        addGaussian(centre, share, sigma, spacing, bulk);
        addGaussian(
            centre,
            share / (2 * Math.sqrt(Math.PI) * sigma),
            sigma / Math.sqrt(2),
            spacing,
            squares);
      }
    }
    double[] low = new double[grid.length];
    double[] high = new double[grid.length];
    for (int i = 0; i < grid.length; i++) {
      double variance = weight == 0 ? 0 : Math.max(0, squares[i] - bulk[i] * bulk[i] / weight);
      double error = Math.sqrt(2 * variance / (outliers.dimension() * (double) runs.size()));
      low[i] = Math.max(0, values[i] - 2 * error);
      high[i] = values[i] + 2 * error;
    }
    return new DensityCurve(grid, values, low, high);
  }

  /**
   * Smooths the Ritz values of one or more runs on a given grid, which is to reach as far beyond
   * them as their Gaussians do.
   *
   * @param start the first grid point
   * @param spacing between grid points
   * @param sigma standard deviation of the Gaussian that replaces each Ritz value
   */
  public static DensityCurve on(
      double start, double spacing, int points, List<Run> runs, double sigma) {
    double[] grid = new double[points];
    for (int i = 0; i < points; i++) {
      grid[i] = start + i * spacing;
    }
    double[] mean = new double[points];
    double[] lower = new double[points];
    double[] upper = new double[points];
    for (int r = 0; r < runs.size(); r++) {
      double[] values = new double[points];
      Run run = runs.get(r);
      for (int i = 0; i < run.nodes().size(); i++) {
        addGaussian(run.nodes().get(i) - start, run.adjusted().get(i), sigma, spacing, values);
      }
      for (int i = 0; i < points; i++) {
        mean[i] += values[i] / runs.size();
        lower[i] = r == 0 ? values[i] : Math.min(lower[i], values[i]);
        upper[i] = Math.max(upper[i], values[i]);
      }
    }
    double integral = 0;
    for (double value : mean) {
      integral += value * spacing;
    }
    for (double[] curve : List.of(mean, lower, upper)) {
      for (int i = 0; i < points; i++) {
        curve[i] /= integral;
      }
    }
    return new DensityCurve(grid, mean, lower, upper);
  }

  /** Adds one weighted Gaussian, whose centre is counted from the first grid point. */
  private static void addGaussian(
      double centre, double weight, double sigma, double spacing, double[] values) {
    int places = (int) Math.ceil(spacing / sigma);
    double step = spacing / places;
    double scale = weight / (Math.sqrt(2 * Math.PI) * sigma * places);
    double firstPlace = (step - spacing) / 2;
    double reach = SUPPORT_IN_SIGMAS * sigma;
    long last = (long) places * values.length - 1;
    long from = Math.max(0, (long) Math.ceil((centre - reach - firstPlace) / step));
    long to = Math.min(last, (long) Math.floor((centre + reach - firstPlace) / step));
    for (long place = from; place <= to; place++) {
      double distance = (firstPlace + place * step - centre) / sigma;
      values[(int) (place / places)] += scale * Math.exp(-distance * distance / 2);
    }
  }

  /** The eigenvalues at which the curve is given, ascending and equally spaced. */
  public double[] grid() {
    return grid.clone();
  }

  /** The density, mean over the runs, at every grid point. */
  public double[] values() {
    return values.clone();
  }

  /** The lower end of the band, at every grid point. */
  public double[] lower() {
    return lower.clone();
  }

  /** The upper end of the band, at every grid point. */
  public double[] upper() {
    return upper.clone();
  }
}
