package dev.hesse.models;

/** What a network's outputs are held against, with z the outputs and t the targets. */
public enum Loss {
  /**
   * −Σ t·log softmax(z) over the last dimension, t a distribution or given by its class; the mean
   * over all else.
   */
  SOFTMAX_CROSS_ENTROPY("softmax-cross-entropy"),

  /** −t·log σ(z) − (1 − t)·log(1 − σ(z)), the mean over all elements. */
  SIGMOID_CROSS_ENTROPY("sigmoid-cross-entropy"),

  /** (z − t)², the mean over all elements. */
  MEAN_SQUARED_ERROR("mse");

  private final String label;

  Loss(String label) {
    this.label = label;
  }

  /** The name on the command line and in reports. */
  public String label() {
    return label;
  }
}
