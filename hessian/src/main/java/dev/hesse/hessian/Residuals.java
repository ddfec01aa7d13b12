package dev.hesse.hessian;

import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How far examples are from being fitted: ‖∂ℓ/∂z‖ of an example's loss ℓ with its outputs z. Where
 * it is large the curvature is, so that it says which examples to put into mini-batches together.
 */
public final class Residuals {
  private Residuals() {}

  /**
   * The residual of each example.
   *
   * <p>Cost: an evaluation.
   *
   * @return empty where the graph computes its loss itself
   */
  public static double[] of(
      LossModel model, BatchSource data, int miniBatch, Precision precision, Device device) {
    try (MiniBatches batches =
        new MiniBatches(model, data, miniBatch, Curvature.HESSIAN, precision, device)) {
      return batches.residuals();
    }
  }

  /** The numbers of the examples, those with the largest residuals first, equal ones in order. */
  public static int[] worstFirst(double[] residuals) {
    return IntStream.range(0, residuals.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -residuals[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
