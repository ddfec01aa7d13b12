package dev.hesse.hessian.linalg;

/**
 * The samples zᵀBz of one term B = P·Aₜ·P of a sum, with what they say of their own variance.
 *
 * <p>A product gives more than a sample: E‖Bz‖² = ‖B‖_F², which a few probes estimate far better
 * than as many samples their variance. The squares of the diagonal, which Rademacher probes do not
 * see, come from E[uₖᵀuₗ] = Σ Bᵢᵢ² for the vectors u = z∘Bz of two different probes.
 */
final class TermSamples {
  /** What rounding of sums leaves of a difference between squared norms that are equal. */
  private static final double ROUNDING = 0x1p-40;

  private final ProbeDistribution distribution;
  private final int n;
  private final int[] offsets;

  /** Σ u over the samples; empty if it is not kept. */
  private final double[] diagonal;

  private final double[] blockSums;

  /** Σ‖Bz‖² over each block and over all. */
  private final double[] blockSquares;

  /** Σ‖u‖² likewise. */
  private final double[] blockEntries;

  private int count;
  private double sum;
  private double squares;
  private double entries;

  /**
   * @param offsets of the diagonal blocks
   * @param keepsDiagonal whether n numbers may be kept, which makes the variance sharp where the
   *     diagonal is large, and an upper bound otherwise
   */
  TermSamples(ProbeDistribution distribution, int n, int[] offsets, boolean keepsDiagonal) {
    this.distribution = distribution;
    this.n = n;
    this.offsets = offsets;
    this.diagonal = new double[keepsDiagonal ? n : 0];
    this.blockSums = new double[offsets.length - 1];
    this.blockSquares = new double[offsets.length - 1];
    this.blockEntries = new double[offsets.length - 1];
  }

  /**
   * Adds a sample.
   *
   * @param bz P·Aₜ·P·z
   */
  void add(double[] z, double[] bz) {
    count++;
    for (int b = 0; b < blockSums.length; b++) {
      double blockSum = 0;
      double blockSquare = 0;
      double blockEntry = 0;
      for (int i = offsets[b]; i < offsets[b + 1]; i++) {
        double u = z[i] * bz[i];
        blockSum += u;
        blockSquare += bz[i] * bz[i];
        blockEntry += u * u;
        if (diagonal.length > 0) {
          diagonal[i] += u;
        }
      }
      blockSums[b] += blockSum;
      blockSquares[b] += blockSquare;
      blockEntries[b] += blockEntry;
      sum += blockSum;
      squares += blockSquare;
      entries += blockEntry;
    }
  }

  int count() {
    return count;
  }

  double mean() {
    return sum / count;
  }

  double blockMean(int block) {
    return blockSums[block] / count;
  }

  /** The variance of one sample. */
  double variance() {
    return variance(squares, squaredDiagonal(entries, 0, n), mean());
  }

  /**
   * An upper bound, at most twice as large, of the variance of one sample's part over a block: what
   * couples it to other blocks counts twice.
   */
  double blockVariance(int block) {
    double known = squaredDiagonal(blockEntries[block], offsets[block], offsets[block + 1]);
    return variance(blockSquares[block], known, blockMean(block));
  }

  /** Adds the estimated diagonal of B, which must be kept. */
  void addDiagonalTo(double[] sum) {
    for (int i = 0; i < n; i++) {
      sum[i] += diagonal[i] / count;
    }
  }

  /** The variances of one sample's u, all entries together. */
  double diagonalVariance() {
    double norm = squares / count;
    double variance = distribution.diagonalVariance(norm, squaredDiagonal(entries, 0, n), n);
    return variance > ROUNDING * norm ? variance : 0;
  }

  private double variance(double squaredProducts, double squaredDiagonal, double trace) {
    double norm = squaredProducts / count;
    double variance = distribution.variance(norm, squaredDiagonal, trace, n);
    return variance > ROUNDING * norm ? variance : 0;
  }

  /** An estimate of Σ Bᵢᵢ², 0 where nothing is known of it. */
  private double squaredDiagonal(double squaredEntries, int from, int to) {
    if (diagonal.length == 0 || count < 2) {
      return 0;
    }
    double total = 0;
    for (int i = from; i < to; i++) {
      total += diagonal[i] * diagonal[i];
    }
    return Math.max(0, (total - squaredEntries) / (count * (count - 1.0)));
  }
}
