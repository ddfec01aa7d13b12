package dev.hesse.hessian.linalg;

/** Dot product, norm and updates of plain arrays, in double, with a fixed order of summation. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] x, double[] y) {
    return dot(x, y, 0, x.length);
  }

  /** Σ xᵢ·yᵢ over from ≤ i &lt; to. */
  static double dot(double[] x, double[] y, int from, int to) {
    double even = 0;
    double odd = 0;
    int i = from;
    for (; i + 1 < to; i += 2) {
      even += x[i] * y[i];
      odd += x[i + 1] * y[i + 1];
    }
    if (i < to) {
      even += x[i] * y[i];
    }
    return even + odd;
  }

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  static void scale(double[] x, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
  }

  /** y += factor·x. */
  static void addScaled(double[] y, double factor, double[] x) {
    for (int i = 0; i < y.length; i++) {
      y[i] += factor * x[i];
    }
  }
}
