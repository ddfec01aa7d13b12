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
  GAUSS_NEWTON("ggn");

  private final String label;

  Curvature(String label) {
    this.label = label;
  }

  /** The name in options and reports. */
  public String label() {
    return label;
  }
}
