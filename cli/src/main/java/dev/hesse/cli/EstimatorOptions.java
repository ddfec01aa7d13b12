package dev.hesse.cli;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureAnalysis.DensityMethod;
import dev.hesse.hessian.CurvatureAnalysis.EigenvalueOptions;
import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.CurvatureAnalysis.TraceMethod;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.linalg.BasisStorage;
import dev.hesse.hessian.linalg.Criterion;
import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.ProbeDistribution;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.SpectralSums;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to estimate about which matrix.
 *
 * @param fisherSamples labels drawn for each term of the loss
 * @param traceMethod how the trace is estimated
 * @param densityMethod how the density is
 * @param block the parameters whose diagonal block is analysed; empty for all
 * @param eachLayer whether each layer's block is analysed, too
 * @param perBatch whether each mini-batch's matrix is analysed, too
 * @param densityNamed whether the density is the user's wish or a default
 * @param perParameter whether traces are divided by the number of parameters
 * @param toAccuracy whether asked accuracies say how many products are made
 * @param budget of products and time
 * @param damping of the density's log-determinant and effective dimension
 * @param threshold above which eigenvalues are counted
 * @param toleranceGiven whether the tolerance is the user's wish or a default
 * @param perLayer whether to report the trace of each parameter's block
 * @param eigenvectors file for the eigenvectors
 * @param diagonal what becomes of it, if it is estimated
 */
record EstimatorOptions(
    Curvature curvature,
    int fisherSamples,
    Optional<EigenvalueOptions> eigenvalues,
    Optional<HutchinsonTrace.Options> trace,
    Optional<SpectralDensity.Options> density,
    TraceMethod traceMethod,
    DensityMethod densityMethod,
    Optional<Pattern> block,
    boolean eachLayer,
    boolean perBatch,
    boolean densityNamed,
    boolean perParameter,
    boolean toAccuracy,
    Budget budget,
    Optional<Double> damping,
    Optional<Double> threshold,
    boolean toleranceGiven,
    boolean perLayer,
    Optional<Path> eigenvectors,
    Optional<DiagonalOptions> diagonal) {

  private static final int MOST = 100_000;
  static final String EACH_LAYER = "per-layer";

  /** Vectors of a space that is grown for the trace alone. */
  private static final long MOST_FOR_TRACE = 1000;

  /** Of a density whose steps are not asked for: as many as outline a spectrum. */
  private static final int LEAST_STEPS = 20;

  /** A standard error that takes a dozen products beside the Lanczos steps of the density. */
  static final double TRACE_TOLERANCE_DEFAULT = 7e-3;

  /** Of single mini-batches, which differ by far more. */
  private static final double BATCH_TRACE_TOLERANCE = 0.05;

  /** A part of the result. */
  private enum Part {
    ACCURACY,
    EIGENVALUES,
    TRACE,
    DENSITY;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final CommandOption<List<Part>> ONLY =
      CommandOption.of(
              "only",
              ValueType.choice(Part.class, Part::label).list(),
              "parts of the result; loss and accuracy always come along")
          .withDefault("all");
  private static final CommandOption<Curvature> CURVATURE =
      CommandOption.of(
              "curvature",
              ValueType.choice(Curvature.class, Curvature::label),
              "the Hessian; the generalised Gauss-Newton matrix; the Fisher information, exact or with"
                  + " drawn labels; the second moment or covariance of the examples' gradients. The"
                  + " last four are without the penalty of --l2")
          .withDefault(Curvature.HESSIAN.label());
  static final CommandOption<Integer> FISHER_SAMPLES =
      CommandOption.of(
              "fisher-samples",
              ValueType.whole(1, 10_000),
              "labels that %s draws from each prediction, by --seed"
                  .formatted(Curvature.MONTE_CARLO_FISHER.label()))
          .withDefault(CurvatureOperator.Options.FISHER_SAMPLES_DEFAULT);
  static final CommandOption<Integer> TOP =
      CommandOption.of("top-n", ValueType.whole(0, MOST), "how many of the largest eigenvalues")
          .withDefault(EigenvalueOptions.TOP_DEFAULT);
  static final CommandOption<Integer> BOTTOM =
      CommandOption.of("bottom-n", ValueType.whole(0, MOST), "how many of the smallest")
          .withDefault(EigenvalueOptions.BOTTOM_DEFAULT);
  private static final CommandOption<Boolean> BY_MAGNITUDE =
      CommandOption.flag(
          "by-magnitude",
          "--top-n counts eigenvalues of either sign, the largest in magnitude, as PyHessian's power"
              + " iteration does");
  static final CommandOption<Integer> MAX_ITERATIONS =
      CommandOption.of("max-iter", ValueType.whole(1, MOST), "most products for an eigenvalue")
          .withDefault(EigenvalueOptions.MAX_ITERATIONS_DEFAULT);
  static final CommandOption<Double> TOLERANCE =
      CommandOption.of(
              "tol",
              ValueType.between(0, 1),
              "residual relative to the eigenvalue, and standard error to the trace, to stop at")
          .withDefault(
              "%s and %s".formatted(EigenvalueOptions.TOLERANCE_DEFAULT, TRACE_TOLERANCE_DEFAULT));
  private static final CommandOption<Method> METHOD =
      CommandOption.of(
              "method",
              ValueType.choice(Method.class, Method::label),
              "for eigenvalues; power iteration is there to compare with PyHessian")
          .withDefault(Method.LANCZOS.label());
  static final CommandOption<Criterion> CRITERION =
      CommandOption.of(
              "criterion",
              ValueType.choice(Criterion.class, Criterion::label),
              "what --tol is of: the residual to the eigenvalue, the residual to the matrix's norm,"
                  + " or the eigenvalue's own error bound")
          .withDefault(Criterion.RESIDUAL.label());
  private static final CommandOption<Integer> BLOCK =
      CommandOption.of(
              "block-size",
              ValueType.whole(1, 1000),
              "start vectors of the eigenvalues' Lanczos space: finds as many copies of a repeated"
                  + " eigenvalue")
          .withDefault(EigenvalueOptions.BLOCK_DEFAULT);
  static final CommandOption<Accuracy> ACCURACY =
      CommandOption.of(
          "accuracy",
          Accuracy.TYPE,
          "relative error of eigenvalues and trace; takes the products that it needs, and the density"
              + " the steps that these took");
  static final CommandOption<Path> EIGENVECTORS =
      CommandOption.of(
          "eigenvectors",
          ValueType.FILE,
          "write the eigenvectors, top then bottom: F.npy as rows, or F.safetensors by parameter");
  static final CommandOption<Integer> TRACE_SAMPLES =
      CommandOption.of("trace-samples", ValueType.whole(2, MOST), "most products for the trace")
          .withDefault(HutchinsonTrace.Options.DEFAULT.maxProducts());
  private static final CommandOption<TraceMethod> TRACE_METHOD =
      CommandOption.of(
              "trace-method",
              ValueType.choice(TraceMethod.class, TraceMethod::label),
              "for the trace: on what the Lanczos space leaves, or one of the others to compare with")
          .withDefault(TraceMethod.KRYLOV.label());
  private static final CommandOption<DensityMethod> DENSITY_METHOD =
      CommandOption.of(
              "density-method",
              ValueType.choice(DensityMethod.class, DensityMethod::label),
              "for the density: Lanczos, or the kernel polynomial method, whose memory does not grow")
          .withDefault(DensityMethod.LANCZOS.label());
  private static final CommandOption<ProbeDistribution> PROBES =
      CommandOption.of(
              "probes",
              ValueType.choice(ProbeDistribution.class, ProbeDistribution::label),
              "distribution of the trace's probes")
          .withDefault(ProbeDistribution.RADEMACHER.label());
  private static final CommandOption<Boolean> PER_LAYER =
      CommandOption.flag("per-layer", "also the trace of each parameter's block");
  private static final CommandOption<String> PARAMETERS =
      CommandOption.of(
          "block",
          new ValueType<>(
              "REGEX|" + EACH_LAYER,
              "a regular expression, or " + EACH_LAYER,
              text ->
                  text.equals(EACH_LAYER)
                      ? Optional.of(text)
                      : ValueType.PATTERN.parser().apply(text).map(Pattern::pattern)),
          "of the diagonal block of the parameters whose names match; or, beside the whole,"
              + " eigenvalues and trace of each layer's, and its density if --only names it");
  private static final CommandOption<Boolean> PER_PARAMETER =
      CommandOption.flag(
          "normalize-by-size", "print traces divided by the number of parameters they are of");
  private static final CommandOption<Boolean> PER_BATCH =
      CommandOption.flag(
          "per-batch",
          "also eigenvalues and trace of each mini-batch's own matrix, the trace to %s unless --tol"
                  .formatted(BATCH_TRACE_TOLERANCE)
              + " or --accuracy says otherwise");
  static final CommandOption<Integer> DENSITY_STEPS =
      CommandOption.of("density-iter", ValueType.whole(1, MOST), "Lanczos steps of a density run")
          .withDefault(SpectralDensity.Options.DEFAULT.steps());
  static final CommandOption<Integer> DENSITY_RUNS =
      CommandOption.of("density-runs", ValueType.whole(1, 10_000), "density runs")
          .withDefault(SpectralDensity.Options.DEFAULT.runs());
  private static final CommandOption<Double> DAMPING =
      CommandOption.of(
              "damping",
              ValueType.between(Double.MIN_VALUE, 1e300),
              "of the log-determinant and the effective dimension")
          .withDefault("%s of the largest eigenvalue".formatted(SpectralSums.DAMPING_DEFAULT));
  private static final CommandOption<Double> THRESHOLD =
      CommandOption.of(
              "threshold", ValueType.between(-1e300, 1e300), "count the eigenvalues above it")
          .withDefault("%s of the largest".formatted(SpectralSums.THRESHOLD_DEFAULT));
  static final Usage.Group GROUP =
      new Usage.Group(
          "estimates",
          List.of(
              ONLY,
              CURVATURE,
              FISHER_SAMPLES,
              TOP,
              BOTTOM,
              BY_MAGNITUDE,
              MAX_ITERATIONS,
              TOLERANCE,
              METHOD,
              CRITERION,
              BLOCK,
              ACCURACY,
              EIGENVECTORS,
              TRACE_SAMPLES,
              TRACE_METHOD,
              PROBES,
              DiagonalOptions.FILE,
              DiagonalOptions.AVERAGED,
              PER_LAYER,
              PARAMETERS,
              PER_PARAMETER,
              PER_BATCH,
              DENSITY_STEPS,
              DENSITY_RUNS,
              DENSITY_METHOD,
              DAMPING,
              THRESHOLD,
              Budget.PRODUCTS,
              Budget.SECONDS));

  static EstimatorOptions from(Arguments arguments) {
    Set<Part> parts = EnumSet.copyOf(arguments.get(ONLY, List.of(Part.values())));
    Optional<Accuracy> accuracy = arguments.get(ACCURACY);
    Optional<Double> ofEigenvalues = accuracy.flatMap(Accuracy::eigenvalues);
    Optional<Double> ofTrace = accuracy.flatMap(Accuracy::trace);
    EigenvalueOptions eigenvalues =
        new EigenvalueOptions(
            arguments.get(METHOD, Method.LANCZOS),
            arguments.get(TOP, EigenvalueOptions.TOP_DEFAULT),
            arguments.get(BOTTOM, EigenvalueOptions.BOTTOM_DEFAULT),
            arguments.get(MAX_ITERATIONS, EigenvalueOptions.MAX_ITERATIONS_DEFAULT),
            ofEigenvalues.orElse(arguments.get(TOLERANCE, EigenvalueOptions.TOLERANCE_DEFAULT)),
            arguments.get(
                CRITERION, ofEigenvalues.isPresent() ? Criterion.EIGENVALUE : Criterion.RESIDUAL),
            arguments.get(BLOCK, EigenvalueOptions.BLOCK_DEFAULT),
            arguments.has(BY_MAGNITUDE));
    HutchinsonTrace.Options trace =
        new HutchinsonTrace.Options(
            arguments.get(
                TRACE_SAMPLES,
                ofTrace.isPresent() ? MOST : HutchinsonTrace.Options.DEFAULT.maxProducts()),
            ofTrace.orElse(arguments.get(TOLERANCE, TRACE_TOLERANCE_DEFAULT)),
            arguments.get(PROBES, ProbeDistribution.RADEMACHER),
            arguments.has(DiagonalOptions.FILE));
    Budget budget = Budget.from(arguments);
    SpectralDensity.Options density =
        new SpectralDensity.Options(
            arguments.get(
                DENSITY_STEPS,
                accuracy.isPresent() ? LEAST_STEPS : SpectralDensity.Options.DEFAULT.steps()),
            arguments.get(DENSITY_RUNS, SpectralDensity.Options.DEFAULT.runs()),
            budget.isLimited() ? 1 : SpectralDensity.Options.DEFAULT.together());
    EstimatorOptions options =
        new EstimatorOptions(
            arguments.get(CURVATURE, Curvature.HESSIAN),
            arguments.get(FISHER_SAMPLES, CurvatureOperator.Options.FISHER_SAMPLES_DEFAULT),
            Optional.of(eigenvalues).filter(e -> parts.contains(Part.EIGENVALUES)),
            Optional.of(trace).filter(t -> parts.contains(Part.TRACE)),
            Optional.of(density).filter(d -> parts.contains(Part.DENSITY)),
            arguments.get(TRACE_METHOD, TraceMethod.KRYLOV),
            arguments.get(DENSITY_METHOD, DensityMethod.LANCZOS),
            arguments
                .get(PARAMETERS)
                .filter(text -> !text.equals(EACH_LAYER))
                .map(Pattern::compile),
            arguments.get(PARAMETERS).filter(EACH_LAYER::equals).isPresent(),
            arguments.has(PER_BATCH),
            arguments.has(ONLY) && parts.contains(Part.DENSITY),
            arguments.has(PER_PARAMETER),
            accuracy.isPresent(),
            budget,
            arguments.get(DAMPING),
            arguments.get(THRESHOLD),
            arguments.has(TOLERANCE) || ofTrace.isPresent(),
            arguments.has(PER_LAYER),
            arguments.get(EIGENVECTORS),
            DiagonalOptions.from(arguments));
    EstimatorChecks.check(options, arguments);
    return options;
  }

  /** The same for the library. */
  CurvatureAnalysis.Options forSeed(long seed, BasisStorage basis) {
    return new CurvatureAnalysis.Options(
        eigenvalues, density, trace, densityMethod, traceMethod, toAccuracy, seed, basis);
  }

  /** Of a layer's block, if it was named. */
  Optional<SpectralDensity.Options> layerDensity() {
    return density.filter(d -> densityNamed);
  }

  /** Of a layer's block: what takes products of its own. */
  CurvatureAnalysis.Options ofLayer(long seed, BasisStorage basis) {
    return new CurvatureAnalysis.Options(
        eigenvalues,
        layerDensity(),
        Optional.empty(),
        densityMethod,
        traceMethod,
        toAccuracy,
        seed,
        basis);
  }

  /** Of a mini-batch's matrix: eigenvalues and trace. */
  CurvatureAnalysis.Options ofBatch(long seed, BasisStorage basis) {
    return new CurvatureAnalysis.Options(
        eigenvalues,
        Optional.empty(),
        trace.map(
            t ->
                new HutchinsonTrace.Options(
                    t.maxProducts(),
                    toleranceGiven ? t.tolerance() : BATCH_TRACE_TOLERANCE,
                    t.distribution())),
        densityMethod,
        traceMethod,
        true,
        seed,
        basis);
  }

  /** Whether any part needs products with the matrix. */
  boolean needsProducts() {
    return eigenvalues.isPresent() || trace.isPresent() || density.isPresent();
  }

  /** How many vectors one Lanczos basis can come to hold. */
  long basisVectors() {
    long forEigenvalues =
        eigenvalues
            .filter(wanted -> wanted.method() == Method.LANCZOS)
            .map(wanted -> (long) wanted.maxIterations() * (wanted.top() + wanted.bottom()))
            .orElse(0L);
    long forDensity =
        density
            .filter(wanted -> densityMethod == DensityMethod.LANCZOS)
            .map(wanted -> (long) wanted.steps())
            .orElse(0L);
    long forTrace =
        trace
            .map(
                wanted ->
                    switch (traceMethod) {
                      case KRYLOV -> Math.min(wanted.maxProducts() / 2L, MOST_FOR_TRACE);
                      case HUTCHINSON -> 0L;
                      // Of doubles, which take the room of two.
                      case HUTCH_PLUS_PLUS -> 2 * (wanted.maxProducts() / 3L);
                      case XTRACE -> 2 * (wanted.maxProducts() / 2L);
                    })
            .orElse(0L);
    return Math.max(forTrace, Math.max(forEigenvalues, forDensity));
  }

  /** How many eigenpairs are asked for. */
  long pairs() {
    return eigenvalues.map(wanted -> (long) wanted.top() + wanted.bottom()).orElse(0L);
  }

  /** How many such bases there are at once. */
  int bases() {
    boolean severalRuns = density.map(wanted -> wanted.runs() > 1).orElse(false);
    boolean besideSpace =
        eachLayer
            || perBatch
            || eigenvalues.map(wanted -> wanted.block() > 1).orElse(false)
            || traceMethod == TraceMethod.XTRACE
            || traceMethod == TraceMethod.HUTCH_PLUS_PLUS;
    return severalRuns || besideSpace ? 2 : 1;
  }

  /** How many runs of the density may be made at once, beside the first. */
  int runsTogether() {
    return density.map(wanted -> Math.min(wanted.runs() - 1, wanted.together())).orElse(1);
  }
}
