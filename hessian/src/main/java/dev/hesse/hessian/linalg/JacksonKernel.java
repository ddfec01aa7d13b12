package dev.hesse.hessian.linalg;

/**
 * Chebyshev series damped by the Jackson kernel, the one that turns a point into the narrowest peak
 * of all that keep positive functions positive. Reference: Weisse, Wellein, Alvermann, Fehske, Rev.
 * Mod. Phys. 78 (2006), section II.C.
 */
final class JacksonKernel {
  private JacksonKernel() {}

  /** Chebyshev point k of {@code size}: cos(π(k + ½)/size), descending in k. */
  static double point(int k, int size) {
    return Math.cos(Math.PI * (k + 0.5) / size);
  }

  /** gⱼ = ((M − j + 1)·cos(πj/(M + 1)) + sin(πj/(M + 1))·cot(π/(M + 1)))/(M + 1). */
  static double factor(int j, int moments) {
    double angle = Math.PI / (moments + 1);
    return ((moments - j + 1) * Math.cos(j * angle) + Math.sin(j * angle) / Math.tan(angle))
        / (moments + 1);
  }

  /**
   * The weights, at 2·M Chebyshev points, of the rule Σₖ wₖ·Tⱼ(xₖ) = gⱼ·μⱼ.
   *
   * @param moments μⱼ, of which there are M
   */
  static double[] weights(double[] moments) {
    int m = moments.length;
    int size = 2 * m;
    double[] cosine = new double[4 * size];
    for (int i = 0; i < cosine.length; i++) {
      cosine[i] = Math.cos(Math.PI * i / (2 * size));
    }
    double[] damped = new double[m];
    for (int j = 0; j < m; j++) {
      damped[j] = factor(j, m) * moments[j];
    }
    double[] weights = new double[size];
    for (int k = 0; k < size; k++) {
      double sum = damped[0];
      for (int j = 1; j < m; j++) {
        sum += 2 * damped[j] * cosine[(int) ((long) j * (2 * k + 1) % cosine.length)];
      }
      weights[k] = sum / size;
    }
    return weights;
  }
}
