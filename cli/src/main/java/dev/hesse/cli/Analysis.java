package dev.hesse.cli;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.hessian.OperatorChecks;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.BlockOperator;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.ProductJournal;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.Status;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.report.BatchResult;
import dev.hesse.io.report.BlockResult;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
   * @param gradient in the coordinates of the eigenvectors; empty for results of an analysis that
   *     goes on
   * @param chosen the parameters whose block was analysed; empty for all
   * @param layers the blocks of single layers, if they were analysed
   * @param batches the same of single mini-batches
   * @param journalFailure why products could not all be kept until the end; empty if they were
   * @param miniBatch how many examples were evaluated at once
   * @param keptMiniBatches of how many mini-batches the values were kept between products
   * @param keptBytes memory that these took
   * @param memory as it was shared out
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
  record CurvatureResults(
      double gradientNorm,
      double[] gradient,
      Optional<ParameterBlock> chosen,
      Optional<BlockOperator> block,
      List<BlockResult> layers,
      List<BatchResult> batches,
      String journalFailure,
      OperatorChecks checks,
      CurvatureAnalysis estimates,
      long products,
      double productSeconds,
      double forwardSeconds,
      int miniBatch,
      int miniBatches,
      int keptMiniBatches,
      long keptBytes,
      Memory memory) {}

  /**
   * @param soFar is given what is known after each product, to be computed when it is asked for
   */
  static Analysis run(
      AnalyzeOptions options,
      LossModel model,
      BatchSource data,
      Device device,
      Optional<Cluster> cluster,
      Console console,
      Consumer<Supplier<Analysis>> soFar)
      throws IOException {
    ProgressLine progress = console.progress();
    int miniBatch = options.subject().data().size().miniBatch(data.examples());
    Precision precision = options.computation().precision(model.precision());
    EstimatorOptions estimates = options.estimates();
    if (!estimates.needsProducts()) {
      LossEvaluation evaluation =
          cluster.isPresent()
              ? cluster.get().evaluate(model, data, how(options, miniBatch, precision, device, 0))
              : LossEvaluation.of(
                  model, data, miniBatch, precision, device, options.l2(), progress);
      return new Analysis(evaluation.loss(), evaluation.accuracy(), Optional.empty());
    }
    Memory available =
        Memory.share(
            options.computation().memoryBytes().orElseGet(Memory::halfOfAvailable),
            estimates.basisVectors(),
            estimates.bases(),
            model.parameters().dimension(),
            options.spill());
    Optional<ParameterBlock> chosen =
        estimates.block().map(b -> ParameterBlock.matching(b, model.parameters()));
    progress.phase("preparing: gradient and checks");
    CurvatureOperator.Options how =
        how(options, miniBatch, precision, device, available.valuesBytes());
    try (LossCurvature operator =
            cluster.isPresent()
                ? cluster.get().curvature(model, data, how)
                : new CurvatureOperator(model, data, how);
        ProductJournal journal = options.journal().open(operator, about(options, precision))) {
      Memory memory =
          available.beside(
              operator.memoryBytes(),
              Math.min(operator.preferredBlock(), estimates.runsTogether()));
      memory.spilling().ifPresent(console::say);
      cluster.flatMap(c -> c.notice(operator.miniBatches())).ifPresent(console::say);
      Progress limited =
          estimates
              .budget()
              .limiting(
                  progress,
                  () -> operator.products() + journal.replayed(),
                  ManagementFactory.getRuntimeMXBean().getStartTime(),
                  estimates.trace().isPresent() ? estimates.traceMethod().leastProducts() : 0);
      Optional<BlockOperator> block = chosen.map(b -> b.of(journal));
      Running running = new Running(operator, journal, memory, chosen, block);
      CurvatureAnalysis results =
          CurvatureAnalysis.run(
              block.<SymmetricOperator>map(b -> b).orElse(journal),
              chosen.map(ParameterBlock::offsets).orElseGet(operator.parameters()::offsets),
              operator.noise(),
              estimates.forSeed(options.seed(), memory.storage()),
              limited,
              known ->
                  soFar.accept(
                      () -> running.found(known.get(), new double[0], List.of(), List.of())));
      double[] gradient = operator.gradient();
      List<BlockResult> layers =
          estimates.eachLayer()
              ? new LayerBlocks(estimates, options.seed(), memory.storage(), operator.noise())
                  .analyze(
                      journal,
                      operator.parameters(),
                      gradient,
                      results.trace(),
                      progress::phase,
                      limited)
              : List.of();
      List<BatchResult> batches =
          estimates.perBatch()
              ? new BatchAnalyses(estimates, options.seed(), memory.storage(), operator.noise())
                  .analyze(
                      journal,
                      chosen,
                      chosen.map(ParameterBlock::offsets).orElseGet(operator.parameters()::offsets),
                      operator.miniBatch(),
                      data.examples(),
                      progress::phase,
                      limited)
              : List.of();
      return running.found(
          results, chosen.map(b -> b.part(gradient)).orElse(gradient), layers, batches);
    }
  }

  /** What results are of. */
  private record Running(
      LossCurvature operator,
      ProductJournal journal,
      Memory memory,
      Optional<ParameterBlock> chosen,
      Optional<BlockOperator> block) {

    Analysis found(
        CurvatureAnalysis estimates,
        double[] gradient,
        List<BlockResult> layers,
        List<BatchResult> batches) {
      return new Analysis(
          operator.loss(),
          operator.accuracy(),
          Optional.of(
              new CurvatureResults(
                  operator.gradientNorm(),
                  gradient,
                  chosen,
                  block,
                  layers,
                  batches,
                  journal.failure(),
                  operator.checks(),
                  estimates,
                  (long) Math.ceil(operator.products() + journal.replayed()),
                  operator.productSeconds(),
                  operator.forwardSeconds(),
                  operator.miniBatch(),
                  operator.miniBatches(),
                  operator.keptMiniBatches(),
                  operator.keptBytes(),
                  memory)));
    }
  }

  private static CurvatureOperator.Options how(
      AnalyzeOptions options, int miniBatch, Precision precision, Device device, long bytes) {
    EstimatorOptions estimates = options.estimates();
    return new CurvatureOperator.Options(
        estimates.curvature(),
        miniBatch,
        precision,
        device,
        bytes,
        options.l2(),
        options.seed(),
        estimates.fisherSamples(),
        strata(estimates));
  }

  private static int strata(EstimatorOptions estimates) {
    return estimates.trace().isPresent() && !estimates.perBatch() ? STRATA : 1;
  }

  /** All options that products depend on. */
  private static String about(AnalyzeOptions options, Precision precision) {
    return "%s %s %s %s %s %s %d"
        .formatted(
            options.subject(),
            options.estimates().curvature(),
            options.estimates().fisherSamples(),
            options.l2(),
            options.seed(),
            precision,
            strata(options.estimates()));
  }

  /** All eigenpairs that were found, from the top in descending order, then from the bottom. */
  List<Eigenpair> eigenpairs() {
    Optional<BlockOperator> block = curvature.flatMap(CurvatureResults::block);
    return eigenvalues().stream()
        .flatMap(found -> Stream.concat(ReportParts.top(found).stream(), found.bottom().stream()))
        .map(pair -> block.map(b -> embedded(pair, b)).orElse(pair))
        .toList();
  }

  /** The vector among all parameters. */
  private static Eigenpair embedded(Eigenpair pair, BlockOperator block) {
    return new Eigenpair(
        pair.value(),
        pair.residual(),
        pair.bound(),
        pair.converged(),
        () -> block.embed(pair.vector().get()));
  }

  Optional<TraceEstimate.Diagonal> diagonal() {
    return curvature
        .flatMap(results -> results.estimates().trace())
        .flatMap(TraceEstimate::diagonal);
  }

  Optional<Eigenpairs> eigenvalues() {
    return curvature.flatMap(results -> results.estimates().eigenvalues());
  }

  /** What a user must know before trusting the numbers. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    curvature
        .map(CurvatureResults::journalFailure)
        .filter(failure -> !failure.isEmpty())
        .ifPresent(
            failure ->
                warnings.add(
                    "warning: products could not be kept on disk: %s. --continue would not have gone"
                            .formatted(failure)
                        + " on from all of them."));
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
        .map(
            results ->
                converged(results.estimates(), asked)
                    && results.layers().stream().allMatch(layer -> converged(layer, asked))
                    && (!asked.perBatch() || results.batches().size() == results.miniBatches())
                    && results.batches().stream().allMatch(batch -> converged(batch, asked)))
        .orElse(true);
  }

  private static boolean converged(BlockResult layer, EstimatorOptions asked) {
    return (asked.eigenvalues().isEmpty()
            || (layer.eigenvalues() != null && layer.eigenvalues().converged()))
        && (asked.layerDensity().isEmpty() || layer.density() != null);
  }

  private static boolean converged(BatchResult batch, EstimatorOptions asked) {
    return (batch.eigenvalues() == null || batch.eigenvalues().converged())
        && (batch.trace() == null || !asked.toleranceGiven() || batch.trace().converged());
  }

  private static boolean converged(CurvatureAnalysis estimates, EstimatorOptions asked) {
    return estimates.eigenvalues().map(pairs -> pairs.status().converged()).orElse(true)
        && estimates.density().map(density -> density.status().converged()).orElse(true)
        && estimates
            .trace()
            .map(TraceEstimate::status)
            .map(
                status ->
                    status.converged()
                        || !(asked.toleranceGiven() || status == Status.BUDGET_SPENT))
            .orElse(true);
  }
}
