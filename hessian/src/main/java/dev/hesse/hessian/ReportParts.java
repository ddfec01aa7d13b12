package dev.hesse.hessian;

import dev.hesse.hessian.CurvatureAnalysis.DensityMethod;
import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Eigenpairs.Order;
import dev.hesse.hessian.linalg.Mean;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.SpectralSums;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.SpectralSum;
import dev.hesse.io.report.HessianReport.Trace;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Estimates as the parts of a report. */
public final class ReportParts {
  private ReportParts() {}

  /** The eigenvalues with their residuals. */
  public static Eigenvalues eigenvalues(Method method, Eigenpairs found) {
    return eigenvalues(method, found, new double[0]);
  }

  /**
   * The same with the gradient's shares along their vectors.
   *
   * @param gradient in the eigenvectors' coordinates; empty if that is not wanted
   */
  public static Eigenvalues eigenvalues(Method method, Eigenpairs found, double[] gradient) {
    return new Eigenvalues(
        method.label(),
        found.status().converged(),
        found.products(),
        found.order() == Order.MAGNITUDE ? Eigenvalues.BY_MAGNITUDE : null,
        values(top(found), gradient),
        values(found.bottom(), gradient));
  }

  /**
   * Those from the top in descending order, of magnitude if that is asked for; power iteration
   * finds them by magnitude.
   */
  public static List<Eigenpair> top(Eigenpairs found) {
    return found.order() == Order.MAGNITUDE
        ? found.top()
        : found.top().stream()
            .sorted(Comparator.comparingDouble(Eigenpair::value).reversed())
            .toList();
  }

  private static List<Eigenvalue> values(List<Eigenpair> pairs, double[] gradient) {
    return pairs.stream()
        .map(
            pair ->
                new Eigenvalue(pair.value(), pair.residual(), pair.bound(), share(gradient, pair)))
        .toList();
  }

  private static @Nullable Double share(double[] gradient, Eigenpair pair) {
    double squares = Vectors.dot(gradient, gradient);
    if (squares == 0) {
      return null;
    }
    double along = Vectors.dot(gradient, pair.vector().get());
    return along * along / squares;
  }

  /** The trace with its standard error. */
  public static Trace trace(TraceEstimate estimate) {
    return new Trace(
        estimate.method(),
        estimate.status().converged(),
        (long) Math.ceil(estimate.products()),
        estimate.samples(),
        estimate.trace().value(),
        estimate.trace().standardError());
  }

  /** The quadratures of a density's runs. */
  public static List<Run> runs(SpectralDensity density) {
    List<SpectralDensity.Run> adjusted = density.adjusted();
    return IntStream.range(0, adjusted.size())
        .mapToObj(
            r -> {
              SpectralDensity.Run run = density.runs().get(r);
              return new Run(run.nodes(), run.weights(), adjusted.get(r).weights());
            })
        .toList();
  }

  /**
   * A density with all that follows from it; without outliers if nothing tells its error, and
   * without sums from the kernel polynomial method, whose kernel is wider than what they tell
   * apart.
   */
  public static Density density(DensityMethod method, SpectralDensity density, SpectralSums sums) {
    return Density.of(
        method.label(),
        density.products(),
        runs(density),
        density.coarse() == null ? null : outliers(density),
        method == DensityMethod.LANCZOS ? sums(sums) : List.of());
  }

  private static List<SpectralSum> sums(SpectralSums sums) {
    return List.of(
        sum("frobeniusNorm", null, sums.frobeniusNorm()),
        sum("negativeShare", null, sums.negativeShare()),
        sum("logDeterminant", sums.damping(), sums.logDeterminant()),
        sum("effectiveDimension", sums.damping(), sums.effectiveDimension()),
        sum("countAbove", sums.threshold(), sums.countAbove()));
  }

  private static Outliers outliers(SpectralDensity density) {
    return new Outliers(density.outliers().top(), density.outliers().bottom(), density.dimension());
  }

  private static SpectralSum sum(String name, @Nullable Double argument, Mean mean) {
    return new SpectralSum(name, argument, mean.value(), mean.standardError());
  }
}
