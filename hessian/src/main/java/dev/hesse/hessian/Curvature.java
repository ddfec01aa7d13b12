package dev.hesse.hessian;

/** Which matrix of second-order information about the mean loss L(w) products are taken with. */
public enum Curvature {
  /** H = ∇²L, exact for the graph as it is; indefinite in general. */
  HESSIAN("hessian"),
  /**
   * The generalised Gauss-Newton matrix G = (1/N)·Σᵢ JᵢᵀHᵢJᵢ, with Jᵢ the Jacobian of the logits of
   * example i and Hᵢ the Hessian of its loss with respect to them; positive semidefinite for a
   * convex loss (Schraudolph, Neural Computation 14, 2002).
   */
  GAUSS_NEWTON("ggn"),
  /**
   * The Fisher information F = (1/M)·Σᵤ E[∇ℓᵤ∇ℓᵤᵀ] over labels drawn from the model's own
   * prediction, where the loss is the mean of M terms ℓᵤ, each taken for a negative log-likelihood:
   * one for each label of a softmax, for each output of a sigmoid, and for each output of a squared
   * error, which is that of a Gaussian of variance ½ up to a constant (of variance 1 it were half
   * the matrix). For these it is the Gauss-Newton matrix of the loss without its penalty (Martens,
   * JMLR 21, 2020).
   */
  FISHER("fisher"),
  /**
   * An unbiased estimate of the Fisher information from S labels drawn for each term, the same in
   * all products: (1/MS)·Σᵤₛ ∇ℓᵤₛ∇ℓᵤₛᵀ. Of the loss without its penalty.
   */
  MONTE_CARLO_FISHER("fisher-mc"),
  /**
   * (1/N)·Σᵢ gᵢgᵢᵀ with gᵢ the gradient of example i's loss at its own label; not the Fisher
   * information (Kunstner, Balles, Hennig, NeurIPS 2019). Of the loss without its penalty.
   */
  EMPIRICAL_FISHER("empirical-fisher"),
  /**
   * (1/N)·Σᵢ (gᵢ − g)(gᵢ − g)ᵀ with g the mean of the examples' gradients gᵢ: the covariance of a
   * gradient of one random example, and 1/B of it that of stochastic gradient descent with batches
   * of B. Of the loss without its penalty.
   */
  GRADIENT_COVARIANCE("gradient-covariance");

  private final String label;

  Curvature(String label) {
    this.label = label;
  }

  /** Whether it is an expectation over the model's own predictions. */
  boolean isOfPredictions() {
    return this == FISHER || this == MONTE_CARLO_FISHER;
  }

  /** Whether a penalty on the parameters adds to it. */
  boolean hasPenalty() {
    return this == HESSIAN || this == GAUSS_NEWTON;
  }

  /** The name in options and reports. */
  public String label() {
    return label;
  }
}
