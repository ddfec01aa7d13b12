package dev.hesse.train;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.models.ResNet;

/**
 * The Hessian along a training run: its ends, trace and density at the initial weights, after every
 * so many epochs, and after the last.
 *
 * <p>Cost of a measurement: the products that {@code estimates} asks for, reported with it. Its
 * probes are the same each time, so that what changes is the network.
 *
 * @param every how many epochs lie between two measurements
 * @param data the examples that the Hessian is of, the same each time
 * @param miniBatch how many of them at once
 * @param valuesBytes memory for values kept between products
 * @param estimates what to estimate: eigenvalues with at least one at the top, trace and density
 */
public record CurvatureTracking(
    int every,
    BatchSource data,
    int miniBatch,
    long valuesBytes,
    CurvatureAnalysis.Options estimates) {

  public CurvatureTracking {
    if (every < 1) {
      throw new IllegalArgumentException("expected every of at least 1 epoch, got " + every);
    }
    boolean complete =
        estimates.eigenvalues().filter(e -> e.top() > 0).isPresent()
            && estimates.trace().isPresent()
            && estimates.density().isPresent();
    if (!complete) {
      throw new IllegalArgumentException(
          "expected estimates of the largest eigenvalue, trace and density, got " + estimates);
    }
  }

  boolean isDue(int epoch, int epochs) {
    return epoch % every == 0 || epoch == epochs;
  }

  /**
   * Measures the Hessian of the mean loss over {@link #data} in evaluation mode.
   *
   * @throws dev.hesse.hessian.ModelException as {@link CurvatureOperator} does
   */
  TrainingLog.Curvature measure(
      ResNet network, int epoch, TrainingOptions options, Progress progress) {
    long start = System.nanoTime();
    try (CurvatureOperator operator =
        new CurvatureOperator(
            network,
            data,
            new CurvatureOperator.Options(
                Curvature.HESSIAN,
                miniBatch,
                options.precision(),
                options.device(),
                valuesBytes))) {
      CurvatureAnalysis found =
          CurvatureAnalysis.run(
              operator, operator.parameters().offsets(), operator.noise(), estimates, progress);
      return new TrainingLog.Curvature(
          epoch,
          operator.loss(),
          ReportParts.eigenvalues(
              estimates.eigenvalues().orElseThrow().method(), found.eigenvalues().orElseThrow()),
          ReportParts.trace(found.trace().orElseThrow()),
          ReportParts.runs(found.density().orElseThrow()),
          (long) Math.ceil(operator.products()),
          (System.nanoTime() - start) * 1e-9);
    }
  }
}
