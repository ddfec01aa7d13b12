package dev.hesse.hessian;

import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Trace;
import java.util.Comparator;
import java.util.List;

/** Estimates as the parts of a report. */
public final class ReportParts {
  private ReportParts() {}

  /** The eigenvalues with their residuals. */
  public static Eigenvalues eigenvalues(Method method, Eigenpairs found) {
    return new Eigenvalues(
        method.label(),
        found.status().converged(),
        found.products(),
        values(top(found)),
        values(found.bottom()));
  }

  /** Those from the top in descending order; power iteration finds them by magnitude. */
  public static List<Eigenpair> top(Eigenpairs found) {
    return found.top().stream()
        .sorted(Comparator.comparingDouble(Eigenpair::value).reversed())
        .toList();
  }

  private static List<Eigenvalue> values(List<Eigenpair> pairs) {
    return pairs.stream().map(pair -> new Eigenvalue(pair.value(), pair.residual())).toList();
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
    return density.runs().stream().map(run -> new Run(run.nodes(), run.weights())).toList();
  }
}
