package dev.hesse.hessian.linalg;

import java.util.List;

/**
 * The diagonal block of a matrix over some of its coordinates, B = EᵀAE with E the columns of the
 * identity: the curvature with respect to some parameters while all others stay.
 *
 * <p>A product costs one with the whole matrix. The eigenvalues of a block lie between the smallest
 * and the largest of the whole (Cauchy's interlacing).
 */
public final class BlockOperator implements SumOperator {
  private final SumOperator whole;
  private final List<Range> ranges;
  private final int dimension;

  /** Coordinates {@code from ≤ i < to} of the whole. */
  public record Range(int from, int to) {
    int size() {
      return to - from;
    }
  }

  /**
   * @param ranges in the block's order, without overlap, at least one coordinate in all
   */
  public BlockOperator(SymmetricOperator whole, List<Range> ranges) {
    this.whole = SumOperator.of(whole);
    this.ranges = List.copyOf(ranges);
    this.dimension = ranges.stream().mapToInt(Range::size).sum();
    if (dimension == 0) {
      throw new IllegalArgumentException("expected a block of at least one coordinate");
    }
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** E·x: a vector of the whole that is zero outside of the block. */
  public double[] embed(double[] x) {
    double[] all = new double[whole.dimension()];
    int at = 0;
    for (Range range : ranges) {
      System.arraycopy(x, at, all, range.from(), range.size());
      at += range.size();
    }
    return all;
  }

  private void extract(double[] all, double[] y) {
    int at = 0;
    for (Range range : ranges) {
      System.arraycopy(all, range.from(), y, at, range.size());
      at += range.size();
    }
  }

  @Override
  public void apply(double[] x, double[] y) {
    applyBlock(new double[][] {x}, new double[][] {y});
  }

  @Override
  public void applyBlock(double[][] x, double[][] y) {
    double[][] products = new double[x.length][whole.dimension()];
    whole.applyBlock(embedded(x), products);
    extracted(products, y);
  }

  private double[][] embedded(double[][] x) {
    double[][] all = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      all[i] = embed(x[i]);
    }
    return all;
  }

  private void extracted(double[][] products, double[][] y) {
    for (int i = 0; i < y.length; i++) {
      extract(products[i], y[i]);
    }
  }

  @Override
  public int preferredBlock() {
    return whole.preferredBlock();
  }

  @Override
  public int terms() {
    return whole.terms();
  }

  @Override
  public double share(int term) {
    return whole.share(term);
  }

  @Override
  public void applyTerm(int term, double[][] x, double[][] y) {
    double[][] products = new double[x.length][whole.dimension()];
    whole.applyTerm(term, embedded(x), products);
    extracted(products, y);
  }

  @Override
  public int termsAtOnce() {
    return whole.termsAtOnce();
  }

  @Override
  public void applyTerms(int[] terms, double[][] x, double[][] y) {
    double[][] products = new double[x.length][whole.dimension()];
    whole.applyTerms(terms, embedded(x), products);
    extracted(products, y);
  }
}
