package dev.hesse.hessian.linalg;

/** Why an estimator stopped. */
public enum Status {
  /** The estimator's own stopping rule was met. */
  CONVERGED(true),
  /** As accurate as the rounding of products and basis permits, which is short of the tolerance. */
  ROUNDING_LIMITED(false),
  /** More eigenpairs were asked for than the matrix has; all of them were found. */
  DIMENSION_EXHAUSTED(true),
  /** The most products or samples allowed were spent first. */
  MAX_PRODUCTS(false),
  /** The budget of products or time was spent first. */
  BUDGET_SPENT(false),
  /** The memory allowed for the basis was filled first. */
  OUT_OF_MEMORY(false);

  private final boolean converged;

  Status(boolean converged) {
    this.converged = converged;
  }

  /** Whether what was asked for was reached. */
  public boolean converged() {
    return converged;
  }
}
