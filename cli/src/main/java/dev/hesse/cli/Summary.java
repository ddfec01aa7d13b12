package dev.hesse.cli;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.Status;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.io.report.BatchResult;
import dev.hesse.io.report.BlockResult;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.SpectralSum;
import dev.hesse.io.report.HessianReport.Trace;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The result for people: a line or more for each part, with its name in the first column. */
final class Summary {
  private static final String ROW = "%-13s %s%n";

  private final StringBuilder text = new StringBuilder();

  Summary(HessianReport report, Analysis analysis, EstimatorOptions asked, List<Path> files) {
    row(
        "model",
        "%s: %s, %,d parameters",
        report.model().source(),
        report.model().architecture(),
        report.model().parameters());
    data(report.data());
    row(
        "loss",
        "%.6g%s",
        report.loss(),
        report.accuracy() == null ? "" : format(", accuracy %.2f %%", 100 * report.accuracy()));
    if (report.model().loss() != null) {
      row("", "%s", report.model().loss());
    }
    if (report.model().parameterRule() != null) {
      row("parameters", "%s", report.model().parameterRule());
    }
    if (report.gradientNorm() != null) {
      row("gradient", "norm %.6g", report.gradientNorm());
    }
    if (report.block() != null) {
      row("block", "of %,d parameters that match %s", report.order(), report.block());
    }
    analysis
        .curvature()
        .ifPresent(
            results -> {
              estimates(report, results.estimates(), asked.perParameter());
              unreached(report, results, asked);
            });
    cost(report.cost());
    analysis.curvature().ifPresent(this::memory);
    row("written", "%s", files.stream().map(Path::toString).collect(Collectors.joining(", ")));
  }

  String text() {
    return text.toString();
  }

  private void data(Data data) {
    int batches = (data.examples() - 1) / data.miniBatch() + 1;
    row(
        "data",
        "%s%s: %,d examples, %s, %s",
        data.source(),
        data.split() == null ? "" : " (" + data.split() + ")",
        data.examples(),
        data.order(),
        batches == 1 ? "at once" : "in %,d mini-batches".formatted(batches));
  }

  private void estimates(HessianReport report, CurvatureAnalysis estimates, boolean perParameter) {
    Eigenvalues eigenvalues = report.eigenvalues();
    if (eigenvalues != null) {
      String top = eigenvalues.byMagnitude() ? "in magnitude" : "largest";
      values(top, eigenvalues.top(), eigenvalues.converged());
      values("smallest", eigenvalues.bottom(), eigenvalues.converged());
      estimates.eigenvalues().ifPresent(found -> outcome(found.status(), found.message()));
    }
    Trace trace = report.trace();
    if (trace != null) {
      row(
          "trace",
          "%s (%d products)",
          perParameter
              ? mean(trace, report.order()) + " for each parameter"
              : Uncertain.text(trace.value(), trace.standardError()),
          trace.hvps());
      estimates.trace().ifPresent(this::accuracy);
    }
    if (report.diagonal() != null) {
      row(
          "diagonal",
          "norm %.4g, of which %.2g is error in the mean%s",
          report.diagonal().norm(),
          report.diagonal().standardError(),
          report.diagonal().spatiallyAveraged() ? ", before it was averaged" : "");
    }
    report.layers().forEach(layer -> layer(layer, perParameter));
    report.blocks().forEach(block -> block(block, perParameter));
    batches(report.batches());
    Density density = report.density();
    if (density != null) {
      density(density, estimates.density().orElseThrow());
    }
  }

  /** While they have not converged, an eigenvalue is near, but maybe not the outermost. */
  private void values(String name, List<Eigenvalue> eigenvalues, boolean converged) {
    String heading = name;
    for (Eigenvalue eigenvalue : eigenvalues) {
      Double share = eigenvalue.gradientShare();
      row(
          heading,
          "%-12.7g %sresidual %.1e%s",
          eigenvalue.value(),
          converged ? format("± %.1e, ", eigenvalue.error()) : "",
          eigenvalue.residual(),
          share == null ? "" : format(", %.3g %% of the squared gradient", 100 * share));
      heading = "";
    }
  }

  private void outcome(Status status, String message) {
    row(
        "",
        switch (status) {
          case CONVERGED, DIMENSION_EXHAUSTED -> "%s";
          case ROUNDING_LIMITED -> "not to the tolerance: %s";
          default -> "not converged: %s";
        },
        message);
  }

  /** The trace has its error beside it; that it is above the tolerance is no failure. */
  private void accuracy(TraceEstimate trace) {
    if (!trace.status().converged()) {
      row("", "%s", trace.message());
    }
  }

  private void unreached(
      HessianReport report, Analysis.CurvatureResults results, EstimatorOptions asked) {
    long layers = report.blocks().stream().filter(block -> block.eigenvalues() == null).count();
    if (asked.eigenvalues().isPresent() && layers > 0) {
      row("", "the budget was spent before the eigenvalues of %d layers", layers);
    }
    int batches = results.miniBatches() - report.batches().size();
    if (asked.perBatch() && batches > 0) {
      row("", "the budget was spent before %d of the mini-batches", batches);
    }
  }

  private void layer(Layer layer, boolean perParameter) {
    double scale = perParameter ? 1.0 / layer.size() : 1;
    double error = scale * Objects.requireNonNullElse(layer.standardError(), 0.0);
    row(
        "",
        "%-28s %,8d  %s",
        layer.name(),
        layer.size(),
        Uncertain.text(scale * layer.trace(), error));
  }

  private void block(BlockResult block, boolean perParameter) {
    Eigenvalues eigenvalues = block.eigenvalues();
    Trace trace = block.trace();
    String ends =
        eigenvalues == null
            ? ""
            : (eigenvalues.converged() ? "" : "  not converged:")
                + Stream.concat(eigenvalues.top().stream(), eigenvalues.bottom().stream())
                    .map(value -> format("%.6g", value.value()))
                    .collect(Collectors.joining(", ", "  λ ", ""));
    row(
        "",
        "block %-22s %,8d%s%s",
        block.name(),
        block.parameters(),
        ends,
        trace == null
            ? ""
            : "  trace "
                + (perParameter
                    ? mean(trace, block.parameters())
                    : Uncertain.text(trace.value(), trace.standardError())));
  }

  private void batches(List<BatchResult> batches) {
    boolean byMagnitude =
        batches.stream()
            .map(BatchResult::eigenvalues)
            .anyMatch(found -> found != null && found.byMagnitude());
    quantiles(
        byMagnitude ? "largest λ in magnitude" : "λ_max",
        batches.stream()
            .map(BatchResult::eigenvalues)
            .filter(found -> found != null && !found.top().isEmpty())
            .mapToDouble(found -> found.top().get(0).value()));
    quantiles(
        "trace",
        batches.stream()
            .map(BatchResult::trace)
            .filter(Objects::nonNull)
            .mapToDouble(Trace::value));
  }

  private void quantiles(String what, DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length > 0) {
      row(
          "",
          "%s of %d mini-batches: %.5g to %.5g, median %.5g",
          what,
          sorted.length,
          sorted[0],
          sorted[sorted.length - 1],
          (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }
  }

  private static String mean(Trace trace, long parameters) {
    return Uncertain.text(trace.value() / parameters, trace.standardError() / parameters);
  }

  private void density(Density density, SpectralDensity found) {
    int steps = density.runs().stream().mapToInt(run -> run.nodes().size()).max().orElse(0);
    String runs =
        density.runs().size() == 1
            ? "%d steps".formatted(steps)
            : "%d runs of %d steps".formatted(density.runs().size(), steps);
    row(
        "density",
        "%s",
        density.hasRitzValues()
            ? format(
                "%s, Ritz values from %.5g to %.5g",
                runs,
                nodes(density).min().orElse(Double.NaN),
                nodes(density).max().orElse(Double.NaN))
            : "by the kernel polynomial method");
    if (!density.hasRitzValues() || !found.status().converged()) {
      outcome(found.status(), found.message());
    }
    Outliers outliers = density.outliers();
    if (outliers != null && outliers.top() + outliers.bottom() > 0) {
      row(
          "",
          "%d largest and %d smallest Ritz values are eigenvalues, and weigh 1/n",
          outliers.top(),
          outliers.bottom());
    }
    density.sums().forEach(this::sum);
  }

  private void sum(SpectralSum sum) {
    String name =
        switch (sum.name()) {
          case "frobeniusNorm" -> "Frobenius norm";
          case "negativeShare" -> "negative share of Σ|λ|";
          case "logDeterminant" -> "log det(I + |H|/%.3g)".formatted(sum.argument());
          case "effectiveDimension" -> "effective dimension at %.3g".formatted(sum.argument());
          case "countAbove" -> "eigenvalues above %.3g".formatted(sum.argument());
          default -> sum.name();
        };
    row(
        "",
        "%-36s %s",
        name,
        Double.isFinite(sum.standardError())
            ? Uncertain.text(sum.value(), sum.standardError())
            : format("%.6g, error unknown", sum.value()));
  }

  private static DoubleStream nodes(Density density) {
    return density.runs().stream()
        .flatMap(run -> run.nodes().stream())
        .mapToDouble(Double::doubleValue);
  }

  private void cost(Cost cost) {
    Double product = cost.hvpSeconds();
    Double forward = cost.forwardSeconds();
    String products =
        product == null || forward == null
            ? ""
            : format(
                "%d products of %.3g s, %.3g forward passes each; ",
                cost.hvps(), product, product / forward);
    String where = cost.cluster() == null ? "" : ", on " + cost.cluster();
    row("cost", "%s%.1f s in all%s", products, cost.seconds(), where);
  }

  private void memory(Analysis.CurvatureResults results) {
    row(
        "memory",
        "%s for the values of %d of %d mini-batches, at most %s for Lanczos vectors",
        Bytes.text(results.keptBytes()),
        results.keptMiniBatches(),
        results.miniBatches(),
        Bytes.text(results.memory().basisBytes()));
    results.memory().spilling().ifPresent(text -> row("", "%s", text));
  }

  private void row(String name, String format, Object... arguments) {
    text.append(format(ROW, name, format(format, arguments)));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
