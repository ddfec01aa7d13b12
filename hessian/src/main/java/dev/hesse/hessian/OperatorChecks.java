package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Precision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator found out about itself on its first mini-batch, before anything is estimated.
 *
 * @param gradientDifference ‖g₁ − g₂‖ / ‖g₁‖ for two gradients of the same batch: rounding, as sums
 *     over threads have no fixed order
 * @param symmetry |wᵀHv − vᵀHw| / √((‖Hv‖² + ‖Hw‖²)/2) for Rademacher v and w, an estimate of ‖H −
 *     Hᵀ‖ / ‖H‖ in the Frobenius norm
 * @param unusedParameters names of the parameters that the loss does not depend on; their rows are
 *     zero
 */
public record OperatorChecks(
    double gradientDifference, double symmetry, List<String> unusedParameters) {
  /** Roundings that may add up before a difference means something: 2¹⁴ unit roundoffs. */
  private static final double SLACK = 0x1p14;

  private static final long PROBE_SEED = 0;

  public OperatorChecks {
    unusedParameters = List.copyOf(unusedParameters);
  }

  /**
   * Runs the checks.
   *
   * <p>Cost: a gradient and two products over the batch.
   *
   * @param first the batch's gradient, computed before
   * @param kept the batch's values if they are kept
   * @throws ModelException if two gradients differ by more than rounding
   */
  static OperatorChecks run(
      CompiledLoss compiled,
      Batch batch,
      double[] first,
      @Nullable KeptBatch kept,
      Precision precision) {
    double[] second = compiled.gradient(batch);
    double norm = Vectors.norm(first);
    Vectors.addScaled(second, -1, first);
    double relative = norm == 0 ? 0 : Vectors.norm(second) / norm;
    if (relative > SLACK * precision.unitRoundoff()) {
      throw new ModelException(
          "two gradients of the same batch differ by %.1e of their norm".formatted(relative),
          compiled.randomOperations().isEmpty()
              ? "Take a model without live dropout or other random operations"
              : "Take a model without " + String.join(", ", compiled.randomOperations()));
    }
    Probes probes = new Probes(PROBE_SEED);
    double[] v = probes.rademacher(0, first.length);
    double[] w = probes.rademacher(1, first.length);
    double[] hv = product(compiled, batch, kept, v);
    double[] hw = product(compiled, batch, kept, w);
    double scale = Math.sqrt((Vectors.dot(hv, hv) + Vectors.dot(hw, hw)) / 2);
    double defect = scale == 0 ? 0 : Math.abs(Vectors.dot(w, hv) - Vectors.dot(v, hw)) / scale;
    return new OperatorChecks(relative, defect, compiled.unusedParameters());
  }

  private static double[] product(
      CompiledLoss compiled, Batch batch, @Nullable KeptBatch kept, double[] v) {
    return kept != null
        ? compiled.product(kept, v)
        : compiled.products(batch, new double[][] {v}, CurvatureOperator.BLOCK)[0];
  }
}
