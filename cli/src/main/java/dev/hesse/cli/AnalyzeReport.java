package dev.hesse.cli;

import dev.hesse.hessian.Device;
import dev.hesse.hessian.OperatorChecks;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Mean;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.SpectralSums;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.models.ParameterLayout.Parameter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.TensorFlow;

/** Puts what was computed, and from what, into a report. */
record AnalyzeReport(AnalyzeOptions options, Subject.Loaded subject, Device device) {

  HessianReport of(Analysis analysis) {
    Optional<Analysis.CurvatureResults> results = analysis.curvature();
    Optional<TraceEstimate> trace = results.flatMap(r -> r.estimates().trace());
    return new HessianReport(
        tool(device),
        new Model(
            subject.source(),
            subject.sha256(),
            subject.architecture(),
            subject.model().parameters().dimension(),
            loss(),
            subject.parameterRule().orElse(null)),
        data(results),
        analysis.loss(),
        Double.isNaN(analysis.accuracy()) ? null : analysis.accuracy(),
        results.map(Analysis.CurvatureResults::gradientNorm).orElse(null),
        options.estimates().curvature().label(),
        options.estimates().block().map(Pattern::pattern).orElse(null),
        results
            .flatMap(Analysis.CurvatureResults::chosen)
            .map(chosen -> (long) chosen.size())
            .orElse(null),
        options.seed(),
        results.map(Analysis.CurvatureResults::checks).map(AnalyzeReport::checks).orElse(null),
        results
            .flatMap(
                r -> r.estimates().eigenvalues().map(found -> eigenvalues(found, r.gradient())))
            .orElse(null),
        trace.map(ReportParts::trace).orElse(null),
        results
            .flatMap(r -> r.estimates().density())
            .map(found -> density(found, options.estimates()))
            .orElse(null),
        analysis.diagonal().map(this::diagonal).orElse(null),
        trace
            .filter(t -> options.estimates().perLayer())
            .map(t -> layers(t, parameters(results)))
            .orElse(List.of()),
        results.map(Analysis.CurvatureResults::layers).orElse(List.of()),
        results.map(Analysis.CurvatureResults::batches).orElse(List.of()),
        cost(results));
  }

  private @Nullable String loss() {
    double l2 = options.l2();
    return l2 == 0
        ? subject.loss().orElse(null)
        : "%s + %s·‖w‖²".formatted(subject.loss().orElse("softmax-cross-entropy"), l2);
  }

  private Data data(Optional<Analysis.CurvatureResults> results) {
    DataOptions options = this.options.subject().data();
    int examples = subject.data().examples();
    return new Data(
        subject.data().source(),
        options.split().orElse(null),
        options.order().label(),
        examples,
        results
            .map(Analysis.CurvatureResults::miniBatch)
            .orElseGet(() -> options.size().miniBatch(examples)));
  }

  static Tool tool(Device device) {
    return new Tool(
        "hesse",
        Version.HESSE,
        TensorFlow.version(),
        System.getProperty("java.version"),
        device == Device.CPU ? "cpu" : Gpu.name().orElse("gpu"));
  }

  private static Checks checks(OperatorChecks checks) {
    return new Checks(true, checks.symmetry(), checks.unusedParameters());
  }

  private Eigenvalues eigenvalues(Eigenpairs found, double[] gradient) {
    return ReportParts.eigenvalues(
        options.estimates().eigenvalues().orElseThrow().method(), found, gradient);
  }

  private List<Parameter> parameters(Optional<Analysis.CurvatureResults> results) {
    return results
        .flatMap(Analysis.CurvatureResults::chosen)
        .map(ParameterBlock::parameters)
        .orElseGet(subject.model().parameters()::parameters);
  }

  private HessianReport.Diagonal diagonal(TraceEstimate.Diagonal diagonal) {
    double squares = DoubleStream.of(diagonal.values()).map(x -> x * x).sum();
    return new HessianReport.Diagonal(
        Math.sqrt(squares),
        diagonal.standardError(),
        options.estimates().diagonal().orElseThrow().averaged());
  }

  static Density density(SpectralDensity density, EstimatorOptions estimates) {
    double scale = density.norm() == 0 ? 1 : density.norm();
    return ReportParts.density(
        estimates.densityMethod(),
        density,
        SpectralSums.of(
            density,
            estimates.damping().orElse(SpectralSums.DAMPING_DEFAULT * scale),
            estimates.threshold().orElse(SpectralSums.THRESHOLD_DEFAULT * scale)));
  }

  private static List<Layer> layers(TraceEstimate estimate, List<Parameter> parameters) {
    return IntStream.range(0, parameters.size())
        .mapToObj(
            i -> {
              Mean trace = estimate.blocks().get(i);
              return new Layer(
                  parameters.get(i).name(),
                  parameters.get(i).size(),
                  trace.value(),
                  trace.standardError());
            })
        .toList();
  }

  private Cost cost(Optional<Analysis.CurvatureResults> results) {
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return new Cost(
        results.map(Analysis.CurvatureResults::products).orElse(0L),
        (System.currentTimeMillis() - started) * 1e-3,
        results
            .map(Analysis.CurvatureResults::productSeconds)
            .filter(Double::isFinite)
            .orElse(null),
        results.map(Analysis.CurvatureResults::forwardSeconds).orElse(null),
        results.map(Analysis.CurvatureResults::keptBytes).orElse(null),
        options.cluster().map(ClusterOptions::master).orElse(null));
  }
}
