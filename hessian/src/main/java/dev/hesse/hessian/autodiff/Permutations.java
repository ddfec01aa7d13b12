package dev.hesse.hessian.autodiff;

/** Orders of dimensions. */
final class Permutations {
  private Permutations() {}

  static long[] inverse(long[] permutation) {
    long[] inverse = new long[permutation.length];
    for (int i = 0; i < permutation.length; i++) {
      inverse[Math.floorMod((int) permutation[i], permutation.length)] = i;
    }
    return inverse;
  }
}
