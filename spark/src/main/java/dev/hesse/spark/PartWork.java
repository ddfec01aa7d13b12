package dev.hesse.spark;

import dev.hesse.hessian.Device;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.hessian.Residuals;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.Vectors;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/** What a task does with one part of a run. */
sealed interface PartWork extends Serializable {

  /**
   * What comes of it.
   *
   * @param sums vectors to be added up over the parts, weighted already
   * @param finding to be collected
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
  record Result(double[][] sums, @Nullable Serializable finding) {}

  /**
   * Does it.
   *
   * @param bytes that the part's operator may take
   */
  Result on(Run run, Part part, long bytes);

  /** Whether there are vectors to be added up. */
  default boolean sums() {
    return true;
  }

  /** Opens the operator. The gradient is summed. */
  record Opening() implements PartWork {
    @Override
    public Result on(Run run, Part part, long bytes) {
      return part.use(
          bytes,
          operator -> {
            double[] gradient = operator.gradient();
            Vectors.scale(gradient, run.deal().share(part.index()));
            return new Result(new double[][] {gradient}, PartFinding.of(operator));
          });
    }
  }

  /** Products with the vectors, over all mini-batches of the part. */
  record Products(Broadcast<SentVectors> vectors) implements PartWork {
    @Override
    public Result on(Run run, Part part, long bytes) {
      double[][] x = vectors.value().rows();
      double[][] y = new double[x.length][x[0].length];
      return part.use(
          bytes,
          operator -> {
            operator.applyBlock(x, y);
            return new Result(weighted(y, run, part), null);
          });
    }
  }

  /**
   * Products with a vector each over single mini-batches of the part, which are collected.
   *
   * @param places of the mini-batches in the part
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
  record TermProducts(Broadcast<SentVectors> vectors, int[] places) implements PartWork {
    @Override
    public Result on(Run run, Part part, long bytes) {
      double[][] x = vectors.value().rows();
      double[][] y = new double[x.length][x[0].length];
      return part.use(
          bytes,
          operator -> {
            operator.applyTerms(places, x, y);
            return new Result(new double[0][], weighted(y, run, part));
          });
    }

    @Override
    public boolean sums() {
      return false;
    }
  }

  /** How far each example is from being fitted. */
  record FindResiduals() implements PartWork {
    @Override
    public Result on(Run run, Part part, long bytes) {
      return new Result(
          new double[0][],
          Residuals.of(
              run.model().value(),
              part.examples(),
              run.deal().miniBatch(),
              run.precision(),
              Device.CPU));
    }

    @Override
    public boolean sums() {
      return false;
    }
  }

  /** Loss and accuracy, weighted. */
  record Evaluation() implements PartWork {
    @Override
    public Result on(Run run, Part part, long bytes) {
      LossEvaluation found =
          LossEvaluation.of(
              run.model().value(),
              part.examples(),
              run.deal().miniBatch(),
              run.precision(),
              Device.CPU,
              0,
              Progress.NONE);
      double share = run.deal().share(part.index());
      return new Result(
          new double[][] {{share * found.loss(), part.examples().examples() * found.accuracy()}},
          null);
    }
  }

  private static double[][] weighted(double[][] y, Run run, Part part) {
    for (double[] row : y) {
      Vectors.scale(row, run.deal().share(part.index()));
    }
    return y;
  }
}
