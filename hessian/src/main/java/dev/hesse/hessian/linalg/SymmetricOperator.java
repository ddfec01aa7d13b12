package dev.hesse.hessian.linalg;

/**
 * A real symmetric matrix A of order n that is known only through products y = A·x.
 *
 * <p>This is all that an estimator knows of a curvature: the Hessian, the Gauss-Newton matrix, a
 * dense test matrix and an operator spread over a cluster all look like this. Products are
 * deterministic up to the rounding of the implementation; an implementation need not be
 * thread-safe.
 */
public interface SymmetricOperator {

  /** The order n of the matrix. */
  int dimension();

  /**
   * Computes y = A·x.
   *
   * @param x n entries, left unchanged
   * @param y n entries, overwritten; not the same array as {@code x}
   */
  void apply(double[] x, double[] y);

  /**
   * Computes Y[i] = A·X[i] for every row i, as {@link #apply} does for each alone up to rounding.
   * Implementations override this where several products at once cost less than one after another.
   *
   * @param x any number of rows of n entries each, left unchanged
   * @param y as many rows, overwritten
   */
  default void applyBlock(double[][] x, double[][] y) {
    for (int i = 0; i < x.length; i++) {
      apply(x[i], y[i]);
    }
  }

  /** How many rows {@link #applyBlock} handles best at once; 1 where a block saves nothing. */
  default int preferredBlock() {
    return 1;
  }
}
