package dev.hesse.hessian.linalg;

import java.util.Arrays;

/**
 * A symmetric matrix A = A₁ + … + A_T whose terms can be applied apart: a mean over mini-batches,
 * or over the parts of a cluster.
 *
 * <p>It lets a stochastic estimator spend its products where the variance is ({@link
 * HutchinsonTrace}). Terms that differ much in size gain most, so that an implementation that may
 * choose them should put examples of large curvature together.
 */
public interface SumOperator extends SymmetricOperator {

  /** The number of terms, T. */
  int terms();

  /** What a product with a term costs, as a share of a product with A; all shares sum to 1. */
  double share(int term);

  /**
   * Computes Y[i] = A_term·X[i] for every row.
   *
   * @param x any number of rows of n entries each, left unchanged
   * @param y as many rows, overwritten
   */
  void applyTerm(int term, double[][] x, double[][] y);

  /** The number of products with terms that are made at the same time, as on a cluster. */
  default int termsAtOnce() {
    return 1;
  }

  /**
   * Computes Y[i] = A_terms[i]·X[i] for every row.
   *
   * @param terms one for each row
   */
  default void applyTerms(int[] terms, double[][] x, double[][] y) {
    for (int from = 0, to; from < terms.length; from = to) {
      to = from + 1;
      while (to < terms.length && terms[to] == terms[from]) {
        to++;
      }
      applyTerm(terms[from], Arrays.copyOfRange(x, from, to), Arrays.copyOfRange(y, from, to));
    }
  }

  /** The operator itself if it is a sum, or else a sum of one term. */
  static SumOperator of(SymmetricOperator operator) {
    return operator instanceof SumOperator sum ? sum : new SingleTerm(operator);
  }

  /** A sum of one term. */
  record SingleTerm(SymmetricOperator operator) implements SumOperator {
    @Override
    public int dimension() {
      return operator.dimension();
    }

    @Override
    public void apply(double[] x, double[] y) {
      operator.apply(x, y);
    }

    @Override
    public void applyBlock(double[][] x, double[][] y) {
      operator.applyBlock(x, y);
    }

    @Override
    public int preferredBlock() {
      return operator.preferredBlock();
    }

    @Override
    public int terms() {
      return 1;
    }

    @Override
    public double share(int term) {
      return 1;
    }

    @Override
    public void applyTerm(int term, double[][] x, double[][] y) {
      operator.applyBlock(x, y);
    }
  }
}
