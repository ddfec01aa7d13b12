package dev.hesse.hessian;

import dev.hesse.hessian.MiniBatches.MiniBatch;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;

/**
 * The loss and accuracy of a model over a dataset.
 *
 * @param loss mean over all examples, with the penalty
 * @param accuracy share of examples classified right; NaN where nothing is classified
 */
public record LossEvaluation(double loss, double accuracy) {

  /**
   * Evaluates a model, one mini-batch in memory at a time.
   *
   * <p>Cost: one forward pass over the data.
   *
   * @param miniBatch examples per run
   * @param l2 λ of the penalty that {@link CurvatureOperator.Options} describes
   * @throws ModelException if the loss is not finite
   */
  public static LossEvaluation of(
      LossModel model,
      BatchSource data,
      int miniBatch,
      Precision precision,
      Device device,
      double l2,
      Progress progress) {
    try (MiniBatches batches =
        new MiniBatches(model, data, miniBatch, Curvature.HESSIAN, precision, device)) {
      double loss = 0;
      double correct = 0;
      for (MiniBatch batch : batches.all()) {
        CompiledLoss.Evaluation part = batches.compiled(batch).evaluate(batches.read(batch));
        loss += batch.weight() * part.loss();
        correct += part.correct();
        progress.update("loss", batch.from() + batch.count(), data.examples());
      }
      return new LossEvaluation(loss + Penalty.of(model, l2).loss(), correct / data.examples());
    }
  }
}
