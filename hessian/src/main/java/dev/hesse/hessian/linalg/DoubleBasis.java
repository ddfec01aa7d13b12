package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Orthonormal vectors q₁ … qₘ of n entries, stored as double (8·n·m bytes), that grow by blocks of
 * vectors: the Q of a tall QR factorization, whose R follows as QᵀY.
 *
 * <p>{@link FloatBasis} takes half the memory and is orthonormal to 2⁻²⁴ only, which an estimator
 * whose error falls to rounding cannot use. The work is cut into chunks of coordinates, which run
 * in parallel; each is read once for a block. Partial sums are added in the order of the chunks, so
 * that results do not depend on the number of threads.
 */
final class DoubleBasis {
  /** A vector whose part outside the span is this of its norm or less is a combination. */
  static final double DEPENDENT = 0x1p-44;

  /** Coordinates in a chunk: 100 doubles of each fill 0.8 MB, within a second-level cache. */
  private static final int CHUNK = 1024;

  private final int n;
  private final int chunks;
  private final List<double[]> vectors = new ArrayList<>();

  DoubleBasis(int n) {
    this.n = n;
    this.chunks = (n + CHUNK - 1) / CHUNK;
  }

  int dimension() {
    return n;
  }

  int size() {
    return vectors.size();
  }

  /** The vectors from ≤ j &lt; to, not copies. */
  double[][] vectors(int from, int to) {
    return vectors.subList(from, to).toArray(double[][]::new);
  }

  /**
   * Appends what a block of vectors adds to the span, by block classical Gram-Schmidt, twice
   * (Barlow, Smoktunowicz, Numer. Math. 123, 2013): the second pass works on normalized remainders,
   * so that cancellation in the first, down to {@link #DEPENDENT}, costs no orthogonality.
   *
   * @param y left unchanged
   * @return for each vector whether it was appended; it was not if it depends on those before it
   */
  boolean[] append(double[][] y) {
    double[][] rest = Arrays.stream(y).map(double[]::clone).toArray(double[][]::new);
    double[] norms = Arrays.stream(y).mapToDouble(Vectors::norm).toArray();
    subtract(rest, coefficients(rest, 0));
    boolean[] independent = new boolean[y.length];
    List<double[]> added = new ArrayList<>();
    for (int i = 0; i < y.length; i++) {
      independent[i] = normalize(rest[i], added) > DEPENDENT * norms[i];
      if (independent[i]) {
        added.add(rest[i]);
      }
    }
    double[][] kept = added.toArray(double[][]::new);
    subtract(kept, coefficients(kept, 0));
    for (int i = 0; i < kept.length; i++) {
      normalize(kept[i], added.subList(0, i));
    }
    vectors.addAll(added);
    return independent;
  }

  /** Makes v orthogonal to the others in turn, scales it to unit norm, and returns its norm. */
  private static double normalize(double[] v, List<double[]> others) {
    for (double[] q : others) {
      Vectors.addScaled(v, -Vectors.dot(q, v), q);
    }
    double norm = Vectors.norm(v);
    if (norm > 0) {
      Vectors.scale(v, 1 / norm);
    }
    return norm;
  }

  /** x ← (I − QQᵀ)x for each row, twice, so that what is left is orthogonal to rounding. */
  void project(double[][] x) {
    subtract(x, coefficients(x, 0));
    subtract(x, coefficients(x, 0));
  }

  /**
   * The inner products of the basis with each row of x.
   *
   * @param from the first basis vector
   * @return a row of m − from entries for each row of x
   */
  double[][] coefficients(double[][] x, int from) {
    double[][][] partial = new double[chunks][x.length][size() - from];
    forEachChunk(
        c -> {
          int low = c * CHUNK;
          int high = Math.min(n, low + CHUNK);
          for (int i = 0; i < x.length; i++) {
            for (int j = from; j < size(); j++) {
              partial[c][i][j - from] = Vectors.dot(vectors.get(j), x[i], low, high);
            }
          }
        });
    for (int c = 1; c < chunks; c++) {
      for (int i = 0; i < x.length; i++) {
        Vectors.addScaled(partial[0][i], 1, partial[c][i]);
      }
    }
    return partial[0];
  }

  /** x ← x − Q·h for each row. */
  private void subtract(double[][] x, double[][] h) {
    forEachChunk(
        c -> {
          int high = Math.min(n, (c + 1) * CHUNK);
          for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < size(); j++) {
              double[] q = vectors.get(j);
              double factor = h[i][j];
              for (int l = c * CHUNK; l < high; l++) {
                x[i][l] -= factor * q[l];
              }
            }
          }
        });
  }

  private void forEachChunk(IntConsumer work) {
    IntStream.range(0, chunks).parallel().forEach(work);
  }
}
