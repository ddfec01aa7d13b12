package dev.hesse.hessian.linalg;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvector components of a real symmetric tridiagonal matrix T of order m, by
 * the implicit QL algorithm with Wilkinson's shift.
 *
 * <p>Eigenvalues and components are exact for a matrix within a modest multiple of 2⁻⁵²·‖T‖ of T,
 * whatever the scale of its entries: T is scaled by a power of two first. Eigenvectors are
 * orthonormal to working precision, also where eigenvalues repeat. Cost: O(m²) for {@link #of},
 * O(m³) for {@link #withVectors}.
 *
 * <p>Reference: Dubrulle, Martin, Wilkinson, "The implicit QL algorithm", Numer. Math. 12 (1968);
 * it is EISPACK's IMTQL2.
 */
final class TridiagonalEigen {
  private static final double UNIT = 0x1p-52;
  private static final int MAX_SWEEPS = 60;

  private final double[] values;
  private final double[][] components;

  private TridiagonalEigen(double[] values, double[][] components) {
    this.values = values;
    this.components = components;
  }

  /**
   * Eigenvalues with the first and last component of each eigenvector.
   *
   * @param diagonal m ≥ 1 finite entries
   * @param offDiagonal m − 1 finite entries
   */
  static TridiagonalEigen of(double[] diagonal, double[] offDiagonal) {
    int m = diagonal.length;
    double[][] ends = new double[m][2];
    ends[0][0] = 1;
    ends[m - 1][1] = 1;
    return solve(diagonal, offDiagonal, ends);
  }

  /** Eigenvalues with whole eigenvectors; arguments as for {@link #of}. */
  static TridiagonalEigen withVectors(double[] diagonal, double[] offDiagonal) {
    int m = diagonal.length;
    double[][] identity = new double[m][m];
    for (int i = 0; i < m; i++) {
      identity[i][i] = 1;
    }
    return solve(diagonal, offDiagonal, identity);
  }

  int size() {
    return values.length;
  }

  /** The eigenvalue of rank {@code i} in ascending order. */
  double value(int i) {
    return values[i];
  }

  /** First component of the unit eigenvector of {@link #value value(i)}. */
  double first(int i) {
    return components[i][0];
  }

  /** Last component of the unit eigenvector of {@link #value value(i)}. */
  double last(int i) {
    return components[i][components[i].length - 1];
  }

  /** The unit eigenvector of {@link #value value(i)}, from {@link #withVectors} only. */
  double[] vector(int i) {
    return components[i].clone();
  }

  /** The largest absolute eigenvalue, ‖T‖. */
  double norm() {
    return Math.max(Math.abs(values[0]), Math.abs(values[size() - 1]));
  }

  /**
   * @param columns column i of the part of the eigenvector matrix that is followed, at first of the
   *     identity; overwritten
   */
  private static TridiagonalEigen solve(
      double[] diagonal, double[] offDiagonal, double[][] columns) {
    int m = diagonal.length;
    double largest = 0;
    for (double entry : diagonal) {
      largest = Math.max(largest, Math.abs(entry));
    }
    for (double entry : offDiagonal) {
      largest = Math.max(largest, Math.abs(entry));
    }
    if (!Double.isFinite(largest)) {
      throw new IllegalArgumentException("expected finite entries, got " + largest);
    }
    int exponent = Math.getExponent(largest);
    double[] d = new double[m];
    double[] e = new double[m];
    for (int i = 0; i < m; i++) {
      d[i] = Math.scalb(diagonal[i], -exponent);
    }
    for (int i = 0; i < m - 1; i++) {
      e[i] = Math.scalb(offDiagonal[i], -exponent);
    }
    for (int i = 0; i < m; i++) {
      isolate(i, d, e, columns);
    }
    int[] ascending =
        IntStream.range(0, m)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> d[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] values = new double[m];
    double[][] components = new double[m][];
    for (int i = 0; i < m; i++) {
      values[i] = Math.scalb(d[ascending[i]], exponent);
      components[i] = columns[ascending[i]];
    }
    return new TridiagonalEigen(values, components);
  }

  /** Sweeps until row {@code row} is decoupled, so that d[row] is an eigenvalue. */
  private static void isolate(int row, double[] d, double[] e, double[][] columns) {
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      int end = row;
      while (end < d.length - 1 && !negligible(end, d, e)) {
        end++;
      }
      if (end == row) {
        return;
      }
      sweep(row, end, d, e, columns);
    }
    throw new NumericalException("no convergence in " + MAX_SWEEPS + " QL sweeps");
  }

  private static boolean negligible(int i, double[] d, double[] e) {
    return Math.abs(e[i]) <= UNIT * (Math.abs(d[i]) + Math.abs(d[i + 1])) + Double.MIN_NORMAL;
  }

  /** One implicit QL sweep with Wilkinson's shift over the unreduced block [row, end]. */
  private static void sweep(int row, int end, double[] d, double[] e, double[][] columns) {
    double half = (d[row + 1] - d[row]) / (2 * e[row]);
    double g = d[end] - d[row] + e[row] / (half + Math.copySign(Math.hypot(half, 1), half));
    double sin = 1;
    double cos = 1;
    double shift = 0;
    for (int i = end - 1; i >= row; i--) {
      double f = sin * e[i];
      double b = cos * e[i];
      double r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r == 0) { // the bulge vanished: the block splits here
        d[i + 1] -= shift;
        e[end] = 0;
        return;
      }
      sin = f / r;
      cos = g / r;
      g = d[i + 1] - shift;
      r = (d[i] - g) * sin + 2 * cos * b;
      shift = sin * r;
      d[i + 1] = g + shift;
      g = cos * r - b;
      rotate(columns[i], columns[i + 1], cos, sin);
    }
    d[row] -= shift;
    e[row] = g;
    e[end] = 0;
  }

  private static void rotate(double[] left, double[] right, double cos, double sin) {
    for (int k = 0; k < left.length; k++) {
      double f = right[k];
      right[k] = sin * left[k] + cos * f;
      left[k] = cos * left[k] - sin * f;
    }
  }
}
