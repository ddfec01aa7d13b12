package dev.hesse.hessian.linalg;

import java.util.Arrays;

/**
 * Near-orthonormal vectors q₁ … qₘ of n entries, stored as float (4·n·m bytes), with the algebra of
 * a Krylov method in double. Those that do not fit into Java's heap are on disk, as {@link
 * BasisStorage} says.
 *
 * <p>The work is cut into chunks of coordinates, which run in parallel on the common pool; partial
 * sums are added in the order of the chunks, so that results do not depend on the number of
 * threads.
 */
final class FloatBasis {
  /** What a pass may take away of what is left without another. */
  private static final double ENOUGH = 0.25;

  private final int n;
  private final BasisRows rows;

  /** In Java's heap alone. */
  FloatBasis(int n) {
    this(n, BasisStorage.inHeap(Long.MAX_VALUE));
  }

  FloatBasis(int n, BasisStorage storage) {
    this.n = n;
    this.rows = new BasisRows(n, storage);
  }

  int size() {
    return rows.size();
  }

  /**
   * Appends w/‖w‖, rounded to float, and writes the rounded vector back to w.
   *
   * @return the norm of what rounding changed, as a fraction of ‖w‖
   * @throws SpillException if it was to be kept on disk and cannot be
   */
  double append(double[] w, double norm) {
    float[] q = new float[n];
    double lost =
        Chunks.sum(
            n,
            (from, to) -> {
              double sum = 0;
              for (int i = from; i < to; i++) {
                double exact = w[i] / norm;
                q[i] = (float) exact;
                w[i] = q[i];
                sum += (exact - w[i]) * (exact - w[i]);
              }
              return sum;
            });
    rows.append(q);
    return Math.sqrt(lost);
  }

  /**
   * Makes w orthogonal to every vector by classical Gram-Schmidt: w ← w − Q·h. Where that took away
   * most of w, it is done a second time, for what cancellation and the rounding of Q left behind;
   * twice is enough (Daniel, Gragg, Kaufman, Stewart, Math. Comp. 30, 1976; Giraud, Langou,
   * Rozložník, van den Eshof, Numer. Math. 101, 2005). Cost: 4·n·m operations and two sweeps over
   * the basis, or twice that.
   *
   * @return h, of m entries, summed over both passes
   */
  double[] orthogonalize(double[] w) {
    double[] h = new double[size()];
    if (!remove(w, 0, h)) {
      remove(w, 0, h);
    }
    return h;
  }

  /**
   * As {@link #orthogonalize}, of a product with the last vector in a space of Lanczos: almost all
   * of it that lies in the space lies along the last two vectors. These are taken away first, so
   * that one pass over all is enough.
   */
  double[] orthogonalizeProduct(double[] w) {
    double[] h = new double[size()];
    remove(w, Math.max(0, size() - 2), h);
    if (!remove(w, 0, h)) {
      remove(w, 0, h);
    }
    return h;
  }

  /**
   * Takes away from w what it has along the vectors from {@code first} on, and adds that to h.
   *
   * @return whether w is orthogonal to them now as far as floats are: their inner products are 2⁻²⁴
   *     of what was taken away, at most 2⁻²⁶ of what is left
   */
  private boolean remove(double[] w, int first, double[] h) {
    int m = size();
    double[][] partial = new double[rows.chunks()][m - first];
    rows.forEachChunk(first, m, at -> project(w, at, partial[at.chunk]));
    double[] along = sum(partial);
    double[] squares = new double[rows.chunks()];
    rows.forEachChunk(
        first,
        m,
        at -> {
          subtract(w, at, along);
          squares[at.chunk] = Vectors.dot(w, w, at.from, at.to);
        });
    for (int j = first; j < m; j++) {
      h[j] += along[j - first];
    }
    return Vectors.norm(along) <= ENOUGH * Math.sqrt(Arrays.stream(squares).sum());
  }

  /**
   * The diagonal of Q·T·Qᵀ for a symmetric tridiagonal T.
   *
   * @param alpha the diagonal of T, of m entries or more
   * @param beta its off-diagonal
   */
  double[] diagonal(double[] alpha, double[] beta) {
    double[] d = new double[n];
    rows.forEachChunk(
        0,
        size(),
        at -> {
          for (int j = 0; j < at.rows.length; j++) {
            float[] q = at.rows[j];
            float[] previous = at.rows[Math.max(0, j - 1)];
            double coupling = j == 0 ? 0 : 2 * beta[j - 1];
            for (int i = at.from, k = i - at.shift; i < at.to; i++, k++) {
              d[i] += q[k] * (alpha[j] * q[k] + coupling * previous[k]);
            }
          }
        });
    return d;
  }

  /**
   * Replaces the vectors by V·S, rounded to float.
   *
   * @param s one row of m coefficients for each vector that is left, at most m
   * @return the largest norm of what rounding changed in a vector
   */
  double rotate(double[][] s) {
    double[][] lost = new double[rows.chunks()][s.length];
    rows.replace(
        s.length,
        (at, made) -> {
          double[] sums = new double[at.to - at.from];
          for (int k = 0; k < s.length; k++) {
            Arrays.fill(sums, 0);
            for (int j = 0; j < at.rows.length; j++) {
              float[] q = at.rows[j];
              double c = s[k][j];
              for (int i = 0, from = at.from - at.shift; i < sums.length; i++) {
                sums[i] += c * q[from + i];
              }
            }
            for (int i = 0; i < sums.length; i++) {
              made[k][i] = (float) sums[i];
              lost[at.chunk][k] += (sums[i] - made[k][i]) * (sums[i] - made[k][i]);
            }
          }
        });
    return Math.sqrt(Arrays.stream(sum(lost)).max().orElse(0));
  }

  /** Vector {@code j}. */
  double[] vector(int j) {
    return rows.vector(j);
  }

  /** The combination Σ cⱼ·qⱼ of the first {@code c.length} vectors, scaled to unit norm. */
  double[] combine(double[] c) {
    double[] v = new double[n];
    double[] negated = Arrays.stream(c).map(x -> -x).toArray();
    rows.forEachChunk(0, c.length, at -> subtract(v, at, negated));
    Vectors.scale(v, 1 / Vectors.norm(v));
    return v;
  }

  private static double[] sum(double[][] partial) {
    double[] total = partial[0].clone();
    for (int c = 1; c < partial.length; c++) {
      for (int j = 0; j < total.length; j++) {
        total[j] += partial[c][j];
      }
    }
    return total;
  }

  /** h += Qᵀw over one chunk; four vectors share each load of w. */
  private static void project(double[] w, BasisRows.Window at, double[] h) {
    int from = at.from;
    int count = at.to - from;
    int first = from - at.shift;
    int j = 0;
    for (; j + 4 <= h.length; j += 4) {
      float[] q0 = at.rows[j];
      float[] q1 = at.rows[j + 1];
      float[] q2 = at.rows[j + 2];
      float[] q3 = at.rows[j + 3];
      double s0 = 0;
      double s1 = 0;
      double s2 = 0;
      double s3 = 0;
      for (int i = 0; i < count; i++) {
        double x = w[from + i];
        s0 += q0[first + i] * x;
        s1 += q1[first + i] * x;
        s2 += q2[first + i] * x;
        s3 += q3[first + i] * x;
      }
      h[j] += s0;
      h[j + 1] += s1;
      h[j + 2] += s2;
      h[j + 3] += s3;
    }
    for (; j < h.length; j++) {
      float[] q = at.rows[j];
      double s = 0;
      for (int i = 0; i < count; i++) {
        s += q[first + i] * w[from + i];
      }
      h[j] += s;
    }
  }

  /** w −= Q·h over one chunk, four vectors at a time. */
  private static void subtract(double[] w, BasisRows.Window at, double[] h) {
    int from = at.from;
    int count = at.to - from;
    int first = from - at.shift;
    int j = 0;
    for (; j + 4 <= h.length; j += 4) {
      float[] q0 = at.rows[j];
      float[] q1 = at.rows[j + 1];
      float[] q2 = at.rows[j + 2];
      float[] q3 = at.rows[j + 3];
      double h0 = h[j];
      double h1 = h[j + 1];
      double h2 = h[j + 2];
      double h3 = h[j + 3];
      for (int i = 0; i < count; i++) {
        int k = first + i;
        w[from + i] -= h0 * q0[k] + h1 * q1[k] + h2 * q2[k] + h3 * q3[k];
      }
    }
    for (; j < h.length; j++) {
      float[] q = at.rows[j];
      double hj = h[j];
      for (int i = 0; i < count; i++) {
        w[from + i] -= hj * q[first + i];
      }
    }
  }
}
