package dev.hesse.hessian.linalg;

/**
 * Dot product, norm and updates of plain arrays, in double, with a fixed order of summation; long
 * ones in parallel, as {@link Chunks} says.
 */
public final class Vectors {
  private Vectors() {}

  /** Σ xᵢ·yᵢ. */
  public static double dot(double[] x, double[] y) {
    return Chunks.sum(x.length, (from, to) -> dot(x, y, from, to));
  }

  /** Σ xᵢ·yᵢ over from ≤ i &lt; to, on one thread. */
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

  /** √(Σ xᵢ²). */
  public static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  /** x ← factor·x. */
  public static void scale(double[] x, double factor) {
    Chunks.forEach(
        x.length,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            x[i] *= factor;
          }
        });
  }

  /** y += factor·x. */
  public static void addScaled(double[] y, double factor, double[] x) {
    Chunks.forEach(
        y.length,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            y[i] += factor * x[i];
          }
        });
  }
}
