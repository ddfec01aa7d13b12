package dev.hesse.hessian.linalg;

/** Blocks of products with a matrix, which are counted and checked. */
final class CountedProducts {
  private final SymmetricOperator operator;
  private int count;

  CountedProducts(SymmetricOperator operator) {
    this.operator = operator;
  }

  /** Products made so far. */
  int count() {
    return count;
  }

  /**
   * A·x for each row x.
   *
   * @throws NumericalException if one is not finite
   */
  double[][] apply(double[][] x) {
    double[][] y = new double[x.length][operator.dimension()];
    applyTo(x, y);
    return y;
  }

  /** As {@link #apply}, into arrays that are there. */
  void applyTo(double[][] x, double[][] y) {
    operator.applyBlock(x, y);
    for (double[] row : y) {
      Require.finiteProduct(Vectors.norm(row), ++count);
    }
  }
}
