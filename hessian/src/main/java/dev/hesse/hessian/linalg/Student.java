package dev.hesse.hessian.linalg;

/** Student's t distribution. */
final class Student {
  private static final double NORMAL = 1.959964;

  private Student() {}

  /**
   * The 97.5 % quantile over the normal distribution's, by Fisher's expansion (Abramowitz, Stegun,
   * 26.7.5): 1 % small for two degrees of freedom, and closer for more.
   */
  static double factor(int freedom) {
    double z = NORMAL * NORMAL;
    double a = (z + 1) / 4;
    double b = ((5 * z + 16) * z + 3) / 96;
    double c = (((3 * z + 19) * z + 17) * z - 15) / 384;
    double d = ((((79 * z + 776) * z + 1482) * z - 1920) * z - 945) / 92160;
    return 1 + (a + (b + (c + d / freedom) / freedom) / freedom) / freedom;
  }
}
