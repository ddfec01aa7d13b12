package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.models.LossModel;

/**
 * What loss, gradient and curvature of a whole dataset have beyond the weighted sums over its
 * mini-batches: the penalty, and for {@link Curvature#GRADIENT_COVARIANCE} the square of the mean
 * gradient.
 */
public final class BeyondMiniBatches {
  private final Penalty penalty;
  private final Curvature curvature;

  /** Of the loss without its penalty; empty where products do not need it. */
  private double[] meanGradient = new double[0];

  public BeyondMiniBatches(LossModel model, Curvature curvature, double l2) {
    this.penalty = Penalty.of(model, l2);
    this.curvature = curvature;
  }

  /** The curvature of which the weighted sum over mini-batches is to be completed. */
  public static Curvature ofMiniBatches(Curvature whole) {
    return whole == Curvature.GRADIENT_COVARIANCE ? Curvature.EMPIRICAL_FISHER : whole;
  }

  /** What is to be added to the mean loss. */
  public double loss() {
    return penalty.loss();
  }

  /** Completes the mean gradient, once and before any product. */
  public void completeGradient(double[] mean) {
    if (curvature == Curvature.GRADIENT_COVARIANCE) {
      meanGradient = mean.clone();
    }
    penalty.addGradientTo(mean);
  }

  /**
   * Completes the product of x with the matrix of some mini-batches.
   *
   * @param share of all examples that these have
   */
  public void completeProduct(double[] product, double[] x, double share) {
    if (curvature.hasPenalty()) {
      penalty.addProductTo(product, x, share);
    }
    if (meanGradient.length > 0) {
      Vectors.addScaled(product, -share * Vectors.dot(meanGradient, x), meanGradient);
    }
  }
}
