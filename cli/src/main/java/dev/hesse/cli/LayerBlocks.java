package dev.hesse.cli;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.BasisStorage;
import dev.hesse.hessian.linalg.Mean;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.io.report.BlockResult;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The diagonal blocks of a model's layers. Eigenvalues and density of each take products of its
 * own; the traces come from the products of the whole trace.
 *
 * @param basis where a Lanczos basis is kept
 * @param noise rounding of a product relative to the matrix's norm
 */
record LayerBlocks(EstimatorOptions estimates, long seed, BasisStorage basis, double noise) {

  /**
   * Analyses one layer after the other, and keeps no vectors of them.
   *
   * @param whole the trace of the whole matrix by parameter, if it was estimated
   * @param phase is told which layer is next
   * @return all layers, those for which a budget leaves nothing without eigenvalues and density
   */
  List<BlockResult> analyze(
      SymmetricOperator operator,
      ParameterLayout layout,
      double[] gradient,
      Optional<TraceEstimate> whole,
      Consumer<String> phase,
      Progress progress) {
    return ParameterBlock.layers(layout).stream()
        .map(
            layer -> {
              phase.accept("layer " + layer.name());
              CurvatureAnalysis results =
                  progress.isEnough()
                      ? CurvatureAnalysis.NOTHING
                      : CurvatureAnalysis.run(
                          layer.of(operator),
                          layer.offsets(),
                          noise,
                          estimates.ofLayer(seed, basis),
                          progress);
              return new BlockResult(
                  layer.name(),
                  layer.size(),
                  results
                      .eigenvalues()
                      .map(
                          found ->
                              ReportParts.eigenvalues(
                                  estimates.eigenvalues().orElseThrow().method(),
                                  found,
                                  layer.part(gradient)))
                      .orElse(null),
                  trace(whole, layer, layout.parameters()),
                  results
                      .density()
                      .map(found -> AnalyzeReport.density(found, estimates))
                      .orElse(null));
            })
        .toList();
  }

  /**
   * The sum over the layer's parameters. Their variances add up to a bound on the sum's, as each
   * counts twice what couples its parameter to others.
   */
  private @Nullable Trace trace(
      Optional<TraceEstimate> whole, ParameterBlock layer, List<Parameter> parameters) {
    if (whole.isEmpty()) {
      return null;
    }
    double value = 0;
    double variance = 0;
    for (Parameter parameter : layer.parameters()) {
      Mean part = whole.get().blocks().get(parameters.indexOf(parameter));
      value += part.value();
      variance += part.standardError() * part.standardError();
    }
    double error = Math.sqrt(variance);
    double tolerance = estimates.trace().orElseThrow().tolerance();
    return new Trace(
        whole.get().method(),
        error <= tolerance * Math.abs(value),
        0,
        whole.get().samples(),
        value,
        error);
  }
}
