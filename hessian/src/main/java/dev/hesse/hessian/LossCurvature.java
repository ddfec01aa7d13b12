package dev.hesse.hessian;

import dev.hesse.hessian.linalg.SumOperator;
import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.models.ParameterLayout;

/**
 * The curvature of a model's mean loss over a dataset, in one process ({@link CurvatureOperator})
 * or over a cluster, with what was found out about loss and operator when it was opened. Its terms
 * are the mini-batches, each with its share of a penalty.
 */
public interface LossCurvature extends SumOperator, AutoCloseable {

  /** Names, shapes and places of the parameters in a vector. */
  ParameterLayout parameters();

  /** The mean loss over the data, with the penalty. */
  double loss();

  /** The share of examples whose largest logit is at the label. */
  double accuracy();

  /** A copy of the gradient of the loss. */
  double[] gradient();

  /** The Euclidean norm of the gradient. */
  default double gradientNorm() {
    return Vectors.norm(gradient());
  }

  /** What was checked before the first product. */
  OperatorChecks checks();

  /** An estimate of a product's rounding error relative to the matrix's norm. */
  double noise();

  /**
   * The products made so far, those of the checks not counted; one over a part of the data counts
   * as its share.
   */
  double products();

  /** Mean wall-clock seconds of a product over all data; NaN before the first. */
  double productSeconds();

  /** Wall-clock seconds of the loss alone over all data. */
  double forwardSeconds();

  /** How many examples are evaluated at once. */
  int miniBatch();

  /** How many mini-batches the data is cut into. */
  int miniBatches();

  /** Of how many of them the values are kept. */
  int keptMiniBatches();

  /** The memory that these values take, in bytes. */
  long keptBytes();

  /** The native memory of this process that kept values and one product take, in bytes. */
  long memoryBytes();

  @Override
  void close();
}
