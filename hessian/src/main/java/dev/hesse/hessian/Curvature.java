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
   * prediction, where the loss is the mean of the terms ℓᵤ, negative log-likelihoods: one for each
   * label of a softmax, for each output of a sigmoid, and for each output of a squared error, as a
   * Gaussian of variance ½. For these it is the Gauss-Newton matrix of the loss without its
   * penalty.
   */
  FISHER("fisher"),
  /**
   * An unbiased estimate of the Fisher information from one drawn label for each term, the same in
   * all products: (1/M)·Σᵤ ∇ℓᵤ∇ℓᵤᵀ at the drawn labels. Of the loss without its penalty.
   */
  MONTE_CARLO_FISHER("fisher-mc"),
  /**
   * (1/M)·Σᵤ ∇ℓᵤ∇ℓᵤᵀ at the data's own labels, the second moment of the terms' gradients; not the
   * Fisher information (Kunstner, Balles, Hennig, NeurIPS 2019). Of the loss without its penalty.
   */
  EMPIRICAL_FISHER("empirical-fisher"),
  /**
   * (1/M)·Σᵤ (∇ℓᵤ − g)(∇ℓᵤ − g)ᵀ with the mean gradient g: the covariance of the noise of
   * stochastic gradient descent. Of the loss without its penalty.
   */
  GRADIENT_COVARIANCE("gradient-covariance");

  private final String label;

  Curvature(String label) {
    this.label = label;
  }

  /** Whether it is made of the products of the terms' gradients. */
  boolean isOfGradients() {
    return this == MONTE_CARLO_FISHER || this == EMPIRICAL_FISHER || this == GRADIENT_COVARIANCE;
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
