package dev.hesse.hessian.linalg;

/**
 * One term of a sum over its share, A_t/s_t: of a loss's curvature, that of a single mini-batch. A
 * product counts as the share.
 */
public record TermOperator(SumOperator sum, int term) implements SymmetricOperator {
  @Override
  public int dimension() {
    return sum.dimension();
  }

  @Override
  public void apply(double[] x, double[] y) {
    applyBlock(new double[][] {x}, new double[][] {y});
  }

  @Override
  public void applyBlock(double[][] x, double[][] y) {
    sum.applyTerm(term, x, y);
    for (double[] row : y) {
      Vectors.scale(row, 1 / sum.share(term));
    }
  }

  @Override
  public int preferredBlock() {
    return sum.preferredBlock();
  }
}
