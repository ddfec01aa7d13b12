package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;
import static dev.hesse.cli.EstimatorOptions.ACCURACY;
import static dev.hesse.cli.EstimatorOptions.CRITERION;
import static dev.hesse.cli.EstimatorOptions.EACH_LAYER;
import static dev.hesse.cli.EstimatorOptions.EIGENVECTORS;
import static dev.hesse.cli.EstimatorOptions.FISHER_SAMPLES;
import static dev.hesse.cli.EstimatorOptions.TOLERANCE;
import static dev.hesse.cli.EstimatorOptions.TRACE_SAMPLES;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureAnalysis.EigenvalueOptions;
import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.CurvatureAnalysis.TraceMethod;

/** Refuses estimators' options that contradict each other, or of which one would be ignored. */
final class EstimatorChecks {
  private EstimatorChecks() {}

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static void check(EstimatorOptions asked, Arguments arguments) {
    checkStops(asked, arguments);
    if (arguments.has(FISHER_SAMPLES) && asked.curvature() != Curvature.MONTE_CARLO_FISHER) {
      throw usage(
          "--fisher-samples is given without drawn labels",
          "Add --curvature " + Curvature.MONTE_CARLO_FISHER.label());
    }
    checkParts(asked);
    asked.eigenvalues().ifPresent(EstimatorChecks::check);
  }

  private static void checkStops(EstimatorOptions asked, Arguments arguments) {
    if (arguments.has(ACCURACY) && arguments.has(TOLERANCE)) {
      throw usage("--accuracy and --tol are given", "Give one of them");
    }
    boolean power = asked.eigenvalues().filter(e -> e.method() == Method.POWER).isPresent();
    if (power && arguments.get(ACCURACY).flatMap(Accuracy::eigenvalues).isPresent()) {
      throw usage(
          "--method power stops at a small change, and does not know its error",
          "Use --method lanczos, or --accuracy trace=X");
    }
    if (power && arguments.has(CRITERION)) {
      throw usage("--method power stops at a small change", "Leave out --criterion");
    }
    if (asked.trace().isEmpty()) {
      return;
    }
    if (asked.trace().get().maxProducts() < asked.traceMethod().leastProducts()) {
      throw usage(
          "--trace-samples is %d".formatted(asked.trace().get().maxProducts()),
          "--trace-method %s takes at least %d"
              .formatted(asked.traceMethod().label(), asked.traceMethod().leastProducts()));
    }
    if (asked.traceMethod() == TraceMethod.HUTCH_PLUS_PLUS
        && arguments.get(ACCURACY).flatMap(Accuracy::trace).isPresent()
        && !arguments.has(TRACE_SAMPLES)) {
      throw usage(
          "--trace-method hutch++ needs to know its products before the accuracy",
          "Add --trace-samples, or take another method");
    }
  }

  private static void checkParts(EstimatorOptions asked) {
    if (!asked.needsProducts() && (asked.block().isPresent() || asked.eachLayer())) {
      throw usage(
          "--block is given without eigenvalues, trace and density", "Add some of them to --only");
    }
    if (asked.perBatch() && asked.eigenvalues().isEmpty() && asked.trace().isEmpty()) {
      throw usage(
          "--per-batch is given without eigenvalues and trace", "Add one of them to --only");
    }
    if (asked.perBatch() && asked.curvature() == Curvature.GRADIENT_COVARIANCE) {
      throw usage(
          "--per-batch is given with the covariance around the mean of all gradients",
          "Use --curvature " + Curvature.EMPIRICAL_FISHER.label());
    }
    if (asked.trace().isPresent()
        && asked.traceMethod() == TraceMethod.XTRACE
        && (asked.perLayer() || asked.eachLayer())) {
      throw usage(
          "--trace-method xtrace has no traces of parameters",
          asked.perLayer() ? "Leave out --per-layer" : "Leave out --block " + EACH_LAYER);
    }
    if (asked.perParameter() && asked.trace().isEmpty()) {
      throw usage("--normalize-by-size is given without the trace", "Add trace to --only");
    }
    if (asked.perLayer() && asked.trace().isEmpty()) {
      throw usage("--per-layer is given without the trace", "Add trace to --only");
    }
    if (asked.eigenvectors().isPresent()) {
      if (asked.eigenvalues().isEmpty()) {
        throw usage("--eigenvectors is given without eigenvalues", "Add eigenvalues to --only");
      }
      ParameterVectors.Format.of(asked.eigenvectors().get(), EIGENVECTORS);
    }
    if (asked.diagonal().isPresent()) {
      DiagonalOptions.check(
          asked.trace().isPresent(), asked.traceMethod(), asked.block().isPresent());
    }
  }

  private static void check(EigenvalueOptions eigenvalues) {
    if (eigenvalues.top() + eigenvalues.bottom() == 0) {
      throw usage(
          "--top-n 0 and --bottom-n 0 leave no eigenvalue",
          "Ask for some, or leave eigenvalues out of --only");
    }
    if (eigenvalues.byMagnitude() && eigenvalues.bottom() > 0) {
      throw usage(
          "--by-magnitude is given with --bottom-n, but takes both ends into --top-n",
          "Leave out one of them");
    }
    if (eigenvalues.byMagnitude() && eigenvalues.method() == Method.POWER) {
      throw usage(
          "--by-magnitude is given with --method power, which goes by magnitude always",
          "Leave out one of them");
    }
    if (eigenvalues.method() == Method.POWER && eigenvalues.bottom() > 0) {
      throw usage(
          "--method power does not find the smallest eigenvalues",
          "Use --method lanczos, or leave out --bottom-n");
    }
    if (eigenvalues.method() == Method.POWER && eigenvalues.block() > 1) {
      throw usage("--method power takes one vector", "Leave out --block-size");
    }
    if (eigenvalues.method() == Method.POWER && eigenvalues.top() == 0) {
      throw usage("--method power needs --top-n of at least 1", "Use --method lanczos");
    }
  }
}
