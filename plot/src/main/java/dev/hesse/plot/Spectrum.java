package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.DensityCurve;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.Smoothing;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a figure shows of a report.
 *
 * @param min where the eigenvalue axis starts
 * @param max where it ends
 * @param largest λ_max; null where the report does not tell
 * @param smallest λ_min; likewise
 * @param top the eigenvalues to mark as outermost on the right
 * @param bottom those on the left
 * @param density the curve; null where the report has none
 */
record Spectrum(
    double min,
    double max,
    @Nullable Extreme largest,
    @Nullable Extreme smallest,
    List<Double> top,
    List<Double> bottom,
    @Nullable Curve density) {

  /**
   * An end of the spectrum.
   *
   * @param estimated whether it is merely the density's outermost Ritz value
   */
  record Extreme(double value, boolean estimated) {}

  /**
   * The density on its logarithmic axis.
   *
   * @param band what its band is, if it has one
   * @param sigma standard deviation of the smoothing
   * @param decades of the axis
   */
  record Curve(DensityCurve curve, Optional<String> band, double sigma, Decades decades) {}

  /** Eigenvalues beyond have squares near the limits of a double; below, they are zero. */
  private static final double LARGEST = 1e100;

  private static final double SMALLEST = 1e-100;

  /** A spectrum whose width relative to its place is below counts as a single value. */
  private static final double NARROW = 1e-6;

  private static final double PADDING = 0.02;

  /** Shows outermost Gaussians down to 1.5e-8 of their height. */
  private static final double MARGIN_IN_SIGMAS = 6;

  static Spectrum of(HessianReport report, FigureOptions options) {
    List<Double> top = values(report.eigenvalues(), Eigenvalues::largest);
    List<Double> bottom = values(report.eigenvalues(), Eigenvalues::smallest);
    Density density = report.density();
    DoubleSummaryStatistics all = extent(report);
    if (all.getCount() == 0) {
      throw new BadInputException(
          "The report has neither eigenvalues nor a density to draw",
          "Run the analysis with --only eigenvalues,density");
    }
    double range = range(all);
    double sigma = sigma(range, options);
    double padding = PADDING * range;
    Curve curve = null;
    if (density != null) {
      double margin = MARGIN_IN_SIGMAS * sigma;
      Smoothing smoothing = new Smoothing(sigma * sigma, margin, Smoothing.POINTS_DEFAULT);
      padding = Math.max(padding, margin);
      curve =
          curve(
              DensityCurve.of(density.runs(), density.outliers(), smoothing),
              density,
              sigma,
              report);
    }
    return new Spectrum(
        all.getMin() - padding,
        all.getMax() + padding,
        extreme(top, density, all.getMax()),
        extreme(bottom, density, all.getMin()),
        top,
        bottom,
        curve);
  }

  /** How many eigenvalues and nodes there are to draw, and from where to where. */
  static DoubleSummaryStatistics extent(HessianReport report) {
    Stream<Double> nodes =
        Stream.ofNullable(report.density())
            .flatMap(density -> density.runs().stream())
            .flatMap(run -> run.nodes().stream());
    return Stream.of(
            values(report.eigenvalues(), Eigenvalues::largest).stream(),
            values(report.eigenvalues(), Eigenvalues::smallest).stream(),
            nodes)
        .flatMap(values -> values)
        .mapToDouble(Double::doubleValue)
        .summaryStatistics();
  }

  private static List<Double> values(
      @Nullable Eigenvalues eigenvalues, Function<Eigenvalues, List<Eigenvalue>> end) {
    return eigenvalues == null
        ? List.of()
        : end.apply(eigenvalues).stream().map(Eigenvalue::value).filter(Double::isFinite).toList();
  }

  /**
   * The width that a figure is laid out for: that of a single value depends on its place.
   *
   * @throws BadInputException if the values are too large to draw
   */
  static double range(DoubleSummaryStatistics all) {
    double magnitude = Math.max(Math.abs(all.getMin()), Math.abs(all.getMax()));
    if (magnitude > LARGEST) {
      throw new BadInputException(
          "The report has eigenvalues as large as " + magnitude, "Check that the loss is finite");
    }
    if (magnitude < SMALLEST) {
      return 1;
    }
    double width = all.getMax() - all.getMin();
    return width < NARROW * magnitude ? magnitude / 10 : width;
  }

  /** Standard deviation of the smoothing of a spectrum so wide. */
  static double sigma(double range, FigureOptions options) {
    return options.sigma2() == null
        ? range / FigureOptions.SIGMAS_PER_RANGE_DEFAULT
        : Math.sqrt(options.sigma2());
  }

  private static @Nullable Extreme extreme(
      List<Double> eigenvalues, @Nullable Density density, double outermost) {
    if (!eigenvalues.isEmpty()) {
      return new Extreme(eigenvalues.get(0), false);
    }
    return density == null || !density.hasRitzValues() ? null : new Extreme(outermost, true);
  }

  private static Curve curve(
      DensityCurve curve, Density density, double sigma, HessianReport report) {
    double[] grid = curve.grid();
    double peak = DoubleStream.of(curve.values()).max().orElseThrow();
    double width = Math.max(sigma, grid[1] - grid[0]);
    Decades decades = Decades.of(peak, report.order(), width);
    Optional<String> band =
        density.outliers() != null
            ? Optional.of("± 2 standard errors")
            : Optional.of("range of %d runs".formatted(density.runs().size()))
                .filter(text -> density.runs().size() > 1);
    return new Curve(curve, band, sigma, decades);
  }
}
