package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The Hutch++ estimate of a trace: a third of the products finds a basis Q (n×m) of the range of AS
 * for random S (n×m), a third makes AQ, and a third is Hutchinson's estimate of what is left,
 *
 * <p>tr A ≈ tr(QᵀAQ) + (1/l)·Σ zᵀ(I − QQᵀ)A(I − QQᵀ)z
 *
 * <p>It is unbiased, and its relative error for a positive semidefinite A falls like the inverse of
 * the number of products, not of its root. The probes z are independent of Q, so that the standard
 * error is {@link HutchinsonTrace}'s own for the matrix that is left.
 *
 * <p>The sketch is made whatever the tolerance; Hutchinson's part stops at it. A budget that is
 * spent ends the sketch, but its products AQ are still made: one of products makes the sketch as
 * small as it has to be, one of time is exceeded by them. {@link XTrace} is more accurate for as
 * many products, but knows no terms or blocks. A {@link Lanczos} space in place of the sketch takes
 * one product a vector, not two, and was more accurate on all spectra measured: this method is
 * there for comparison.
 *
 * <p>Cost: at most {@code maxProducts}. Memory: 8·n·m bytes for the basis with m = maxProducts/3,
 * and a block of products. Sketch column i is probe {@value #FIRST_PROBE} + i of the seed.
 * Reference: Meyer, Musco, Musco, Woodruff, "Hutch++: optimal stochastic trace estimation", SOSA
 * 2021.
 */
public final class HutchPlusPlus {
  /** The name in reports. */
  public static final String METHOD = "hutch++";

  static final int FIRST_PROBE = 1 << 30;

  private HutchPlusPlus() {}

  /**
   * When to stop.
   *
   * @param maxProducts the most products with the whole matrix, at least 4
   * @param tolerance standard error relative to the trace at which to stop; 0 takes all products
   * @param distribution of the probes and of the sketch
   */
  public record Options(int maxProducts, double tolerance, ProbeDistribution distribution) {
    public static final int LEAST_PRODUCTS = 4;

    /** At most 100 products, 1e-3, Rademacher probes. */
    public static final Options DEFAULT = new Options(100, 1e-3);

    public Options {
      Require.atLeast("maxProducts", maxProducts, LEAST_PRODUCTS);
      Require.fraction("tolerance", tolerance);
    }

    public Options(int maxProducts, double tolerance) {
      this(maxProducts, tolerance, ProbeDistribution.RADEMACHER);
    }
  }

  /** The trace of the whole matrix, without blocks. */
  public static TraceEstimate estimate(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    return estimate(operator, new int[] {0, operator.dimension()}, options, seed, progress);
  }

  /**
   * The trace of the whole matrix and of its diagonal blocks.
   *
   * @param offsets where each block of coordinates begins, ascending from 0, and last n
   */
  public static TraceEstimate estimate(
      SymmetricOperator operator, int[] offsets, Options options, long seed, Progress progress) {
    progress.update(TraceEstimate.PHASE, 0, options.maxProducts);
    int most =
        (int)
            Math.max(
                Options.LEAST_PRODUCTS, Math.min(options.maxProducts, progress.productsLeft()));
    Sketch sketch = new Sketch(operator, options, most / 3, new Probes(seed), progress);
    HutchinsonTrace.Options rest =
        new HutchinsonTrace.Options(
            most - sketch.products.count(), options.tolerance, options.distribution);
    TraceEstimate estimate =
        HutchinsonTrace.estimate(operator, sketch, offsets, rest, seed, progress);
    return new TraceEstimate(
        METHOD,
        estimate.trace(),
        estimate.blocks(),
        estimate.diagonal(),
        estimate.samples(),
        estimate.products() + sketch.products.count(),
        estimate.deflated(),
        estimate.status(),
        "%s; the sketch took %d before".formatted(estimate.message(), sketch.products.count()));
  }

  /** The range of a random combination of columns, and the matrix on it. */
  private static final class Sketch implements Deflation {
    private final CountedProducts products;
    private final DoubleBasis basis;
    private final double[] diagonal;

    Sketch(
        SymmetricOperator operator, Options options, int most, Probes probes, Progress progress) {
      this.products = new CountedProducts(operator);
      int n = operator.dimension();
      this.basis = new DoubleBasis(n);
      this.diagonal = new double[n];
      int size = Math.min(n, most);
      int block = operator.preferredBlock();
      for (int from = 0; from < size && !(from > 0 && progress.isEnough()); from += block) {
        basis.append(
            products.apply(
                IntStream.range(from, Math.min(size, from + block))
                    .mapToObj(i -> options.distribution.draw(probes, FIRST_PROBE + i, n))
                    .toArray(double[][]::new)));
        progress.update(TraceEstimate.PHASE, products.count(), options.maxProducts);
      }
      for (int from = 0; from < basis.size(); from += block) {
        addDiagonal(from, Math.min(basis.size(), from + block));
        progress.update(TraceEstimate.PHASE, products.count(), options.maxProducts);
      }
    }

    /** With Z = AQ, A − PAP = ZQᵀ + Q(PZ)ᵀ. */
    private void addDiagonal(int from, int to) {
      double[][] q = basis.vectors(from, to);
      double[][] z = products.apply(q);
      double[][] outside = Arrays.stream(z).map(double[]::clone).toArray(double[][]::new);
      basis.project(outside);
      for (int j = 0; j < q.length; j++) {
        for (int i = 0; i < diagonal.length; i++) {
          diagonal[i] += q[j][i] * (z[j][i] + outside[j][i]);
        }
      }
    }

    @Override
    public int size() {
      return basis.size();
    }

    @Override
    public void project(double[] x) {
      basis.project(new double[][] {x});
    }

    @Override
    public double trace() {
      return Arrays.stream(diagonal).sum();
    }

    @Override
    public double[] diagonal(int n) {
      return diagonal.clone();
    }
  }
}
