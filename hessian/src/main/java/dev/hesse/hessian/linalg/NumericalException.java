package dev.hesse.hessian.linalg;

/** A computation that cannot go on, as an operator's products are not finite. */
public final class NumericalException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  NumericalException(String message) {
    super(message);
  }
}
