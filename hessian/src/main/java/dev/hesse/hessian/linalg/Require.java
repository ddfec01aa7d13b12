package dev.hesse.hessian.linalg;

/** Checks of option values that say what was expected and what came. */
final class Require {
  private Require() {}

  static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "expected %s of at least %d, got %d".formatted(name, least, value));
    }
  }

  static void fraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("expected 0 <= %s < 1, got %s".formatted(name, value));
    }
  }

  /**
   * Returns {@code value}, computed from product {@code product} of an operator, if it is finite.
   */
  static double finiteProduct(double value, int product) {
    if (!Double.isFinite(value)) {
      throw new NumericalException(
          "product %d of the operator has NaN, infinite or overflowing entries".formatted(product));
    }
    return value;
  }
}
