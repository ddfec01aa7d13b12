package dev.hesse.models;

import java.util.Map;

/** A network with its loss and weights, ready to be laid out for any batch size. */
public interface LossModel {

  /** The loss in evaluation mode for batches of exactly {@code batchSize} examples. */
  LossGraph lossGraph(int batchSize, Precision precision);

  /** Whether any batch size will do, or a graph fixes its own. */
  default boolean takesAnyBatch() {
    return true;
  }

  /**
   * The value of every variable by name, in row-major order of its shape in the graph. Values are
   * exact: a float32 weight is the same number here.
   */
  Map<String, double[]> weights();

  /** The precision that the weights are stored in. */
  default Precision precision() {
    return Precision.FLOAT32;
  }

  /** The layout of the trainable variables; the same for every batch size. */
  ParameterLayout parameters();
}
