package dev.hesse.cli;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.hessian.OperatorChecks;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was computed.
 *
 * @param curvature if it was asked for
 */
record Analysis(double loss, double accuracy, Optional<CurvatureResults> curvature) {
  /** An operator whose transpose differs by more has a defect, or a model beyond its precision. */
  private static final double SYMMETRY_LIMIT = 1e-3;

  /** For the trace: more would lower its variance little and cost speed. */
  private static final int STRATA = 4;

  /**
   * What products with the curvature gave.
   *
   * @param miniBatch how many examples were evaluated at once
   * @param keptMiniBatches of how many mini-batches the values were kept between products
   * @param keptBytes memory that these took
   * @param basisBytes memory that one Lanczos basis was allowed
   */
  record CurvatureResults(
      double gradientNorm,
      OperatorChecks checks,
      CurvatureAnalysis estimates,
      long products,
      double productSeconds,
      double forwardSeconds,
      int miniBatch,
      int miniBatches,
      int keptMiniBatches,
      long keptBytes,
      long basisBytes) {}

  static Analysis run(
      AnalyzeOptions options,
      LossModel model,
      BatchSource data,
      Device device,
      ProgressLine progress) {
    int miniBatch = options.subject().data().size().miniBatch(data.examples());
    Precision precision = options.computation().precision(model.precision());
    EstimatorOptions estimates = options.estimates();
    if (!estimates.needsProducts()) {
      LossEvaluation evaluation =
          LossEvaluation.of(model, data, miniBatch, precision, device, options.l2(), progress);
      return new Analysis(evaluation.loss(), evaluation.accuracy(), Optional.empty());
    }
    Memory memory =
        Memory.share(
            options.computation().memoryBytes().orElseGet(Memory::halfOfAvailable),
            estimates.basisVectors(),
            estimates.bases(),
            model.parameters().dimension());
    progress.phase("preparing: gradient and checks");
    try (CurvatureOperator operator =
        new CurvatureOperator(
            model,
            data,
            new CurvatureOperator.Options(
                estimates.curvature(),
                miniBatch,
                precision,
                device,
                memory.valuesBytes(),
                options.l2(),
                options.seed(),
                estimates.trace().isPresent() ? STRATA : 1))) {
      CurvatureAnalysis results =
          CurvatureAnalysis.run(
              operator,
              operator.parameters().offsets(),
              operator.noise(),
              estimates.forSeed(options.seed(), memory.basisBytes()),
              estimates
                  .budget()
                  .limiting(
                      progress,
                      operator::products,
                      ManagementFactory.getRuntimeMXBean().getStartTime(),
                      estimates.trace().isPresent()));
      return new Analysis(
          operator.loss(),
          operator.accuracy(),
          Optional.of(
              new CurvatureResults(
                  operator.gradientNorm(),
                  operator.checks(),
                  results,
                  (long) Math.ceil(operator.products()),
                  operator.productSeconds(),
                  operator.forwardSeconds(),
                  operator.miniBatch(),
                  operator.miniBatches(),
                  operator.keptMiniBatches(),
                  operator.keptBytes(),
                  memory.basisBytes())));
    }
  }

  /** All eigenpairs that were found, from the top in descending order, then from the bottom. */
  List<Eigenpair> eigenpairs() {
    return eigenvalues().stream()
        .flatMap(found -> Stream.concat(ReportParts.top(found).stream(), found.bottom().stream()))
        .toList();
  }

  Optional<Eigenpairs> eigenvalues() {
    return curvature.flatMap(results -> results.estimates().eigenvalues());
  }

  /** What a user must know before trusting the numbers. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    curvature
        .map(CurvatureResults::checks)
        .ifPresent(
            checks -> {
              if (checks.symmetry() > SYMMETRY_LIMIT) {
                warnings.add(
                    String.format(
                        Locale.ROOT,
                        "warning: the matrix is symmetric only to %.1e, which bounds the accuracy"
                            + " of all results. Try --precision float64.",
                        checks.symmetry()));
              }
              if (!checks.unusedParameters().isEmpty()) {
                warnings.add(
                    "warning: the loss does not depend on %s. Their rows are zero."
                        .formatted(String.join(", ", checks.unusedParameters())));
              }
            });
    return warnings;
  }

  /** Whether everything that was asked for was reached. */
  boolean converged(EstimatorOptions asked) {
    return curvature
        .map(CurvatureResults::estimates)
        .map(
            e ->
                e.eigenvalues().map(pairs -> pairs.status().converged()).orElse(true)
                    && e.density().map(density -> density.status().converged()).orElse(true)
                    && e.trace()
                        .map(trace -> !asked.toleranceGiven() || trace.status().converged())
                        .orElse(true))
        .orElse(true);
  }
}
