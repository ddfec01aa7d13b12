package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Near-orthonormal vectors q₁ … qₘ of n entries, stored as float (4·n·m bytes), with the algebra of
 * a Krylov method in double.
 *
 * <p>The work is cut into chunks of coordinates, which run in parallel on the common pool; partial
 * sums are added in the order of the chunks, so that results do not depend on the number of
 * threads.
 */
final class FloatBasis {
  /** Coordinates in a chunk: 100 floats of each fill 0.8 MB, within a core's second-level cache. */
  private static final int CHUNK = 2048;

  private final int n;
  private final int chunks;
  private final List<float[]> vectors = new ArrayList<>();

  FloatBasis(int n) {
    this.n = n;
    this.chunks = (n + CHUNK - 1) / CHUNK;
  }

  int size() {
    return vectors.size();
  }

  /**
   * Appends w/‖w‖, rounded to float, and writes the rounded vector back to w.
   *
   * @return the norm of what rounding changed, as a fraction of ‖w‖
   */
  double append(double[] w, double norm) {
    float[] q = new float[n];
    double lost = 0;
    for (int i = 0; i < n; i++) {
      double exact = w[i] / norm;
      q[i] = (float) exact;
      w[i] = q[i];
      lost += (exact - w[i]) * (exact - w[i]);
    }
    vectors.add(q);
    return Math.sqrt(lost);
  }

  /**
   * Makes w orthogonal to every vector by classical Gram-Schmidt, twice: w ← w − Q·h with h summed
   * over both passes. Twice is enough: the second pass removes what cancellation and the rounding
   * of Q left behind (Giraud, Langou, Rozložník, van den Eshof, Numer. Math. 101, 2005). Cost:
   * 8·n·m operations, three sweeps over the basis in memory, since the second projection runs on
   * each chunk while it is in cache.
   *
   * @return h, of m entries
   */
  double[] orthogonalize(double[] w) {
    int m = size();
    double[][] partial = new double[chunks][m];
    forEachChunk(c -> project(w, c, partial[c]));
    double[] first = sum(partial);
    forEachChunk(
        c -> {
          subtract(w, c, first);
          Arrays.fill(partial[c], 0);
          project(w, c, partial[c]);
        });
    double[] second = sum(partial);
    forEachChunk(c -> subtract(w, c, second));
    for (int j = 0; j < m; j++) {
      first[j] += second[j];
    }
    return first;
  }

  /**
   * The diagonal of Q·T·Qᵀ for a symmetric tridiagonal T.
   *
   * @param alpha the diagonal of T, of m entries or more
   * @param beta its off-diagonal
   */
  double[] diagonal(double[] alpha, double[] beta) {
    double[] d = new double[n];
    forEachChunk(
        chunk -> {
          int to = Math.min(n, (chunk + 1) * CHUNK);
          for (int j = 0; j < size(); j++) {
            float[] q = vectors.get(j);
            float[] previous = vectors.get(Math.max(0, j - 1));
            double coupling = j == 0 ? 0 : 2 * beta[j - 1];
            for (int i = chunk * CHUNK; i < to; i++) {
              d[i] += q[i] * (alpha[j] * q[i] + coupling * previous[i]);
            }
          }
        });
    return d;
  }

  /**
   * Replaces the vectors by V·S, rounded to float.
   *
   * @param s one row of m coefficients for each vector that is left
   * @return the largest norm of what rounding changed in a vector
   */
  double rotate(double[][] s) {
    int m = size();
    double[][] lost = new double[chunks][s.length];
    List<float[]> rotated = new ArrayList<>();
    for (int k = 0; k < s.length; k++) {
      rotated.add(new float[n]);
    }
    forEachChunk(
        chunk -> {
          int from = chunk * CHUNK;
          int to = Math.min(n, from + CHUNK);
          double[] sums = new double[to - from];
          for (int k = 0; k < s.length; k++) {
            Arrays.fill(sums, 0);
            for (int j = 0; j < m; j++) {
              float[] q = vectors.get(j);
              double c = s[k][j];
              for (int i = from; i < to; i++) {
                sums[i - from] += c * q[i];
              }
            }
            float[] v = rotated.get(k);
            for (int i = from; i < to; i++) {
              v[i] = (float) sums[i - from];
              lost[chunk][k] += (sums[i - from] - v[i]) * (sums[i - from] - v[i]);
            }
          }
        });
    vectors.clear();
    vectors.addAll(rotated);
    return Math.sqrt(Arrays.stream(sum(lost)).max().orElse(0));
  }

  /** Vector {@code j}, not a copy. */
  float[] vector(int j) {
    return vectors.get(j);
  }

  /** The combination Σ cⱼ·qⱼ of the first {@code c.length} vectors, scaled to unit norm. */
  double[] combine(double[] c) {
    double[] v = new double[n];
    double[] negated = Arrays.stream(c).map(x -> -x).toArray();
    forEachChunk(chunk -> subtract(v, chunk, negated));
    Vectors.scale(v, 1 / Vectors.norm(v));
    return v;
  }

  private void forEachChunk(IntConsumer work) {
    IntStream.range(0, chunks).parallel().forEach(work);
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
  private void project(double[] w, int chunk, double[] h) {
    int from = chunk * CHUNK;
    int to = Math.min(n, from + CHUNK);
    int j = 0;
    for (; j + 4 <= h.length; j += 4) {
      float[] q0 = vectors.get(j);
      float[] q1 = vectors.get(j + 1);
      float[] q2 = vectors.get(j + 2);
      float[] q3 = vectors.get(j + 3);
      double s0 = 0;
      double s1 = 0;
      double s2 = 0;
      double s3 = 0;
      for (int i = from; i < to; i++) {
        double x = w[i];
        s0 += q0[i] * x;
        s1 += q1[i] * x;
        s2 += q2[i] * x;
        s3 += q3[i] * x;
      }
      h[j] += s0;
      h[j + 1] += s1;
      h[j + 2] += s2;
      h[j + 3] += s3;
    }
    for (; j < h.length; j++) {
      float[] q = vectors.get(j);
      double s = 0;
      for (int i = from; i < to; i++) {
        s += q[i] * w[i];
      }
      h[j] += s;
    }
  }

  /** w −= Q·h over one chunk, four vectors at a time. */
  private void subtract(double[] w, int chunk, double[] h) {
    int from = chunk * CHUNK;
    int to = Math.min(n, from + CHUNK);
    int j = 0;
    for (; j + 4 <= h.length; j += 4) {
      float[] q0 = vectors.get(j);
      float[] q1 = vectors.get(j + 1);
      float[] q2 = vectors.get(j + 2);
      float[] q3 = vectors.get(j + 3);
      double h0 = h[j];
      double h1 = h[j + 1];
      double h2 = h[j + 2];
      double h3 = h[j + 3];
      for (int i = from; i < to; i++) {
        w[i] -= h0 * q0[i] + h1 * q1[i] + h2 * q2[i] + h3 * q3[i];
      }
    }
    for (; j < h.length; j++) {
      float[] q = vectors.get(j);
      double hj = h[j];
      for (int i = from; i < to; i++) {
        w[i] -= hj * q[i];
      }
    }
  }
}
