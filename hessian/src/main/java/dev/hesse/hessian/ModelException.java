package dev.hesse.hessian;

import java.io.Serial;

/**
 * A model whose curvature cannot be computed as given. The message says why and what would help.
 */
public final class ModelException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public ModelException(String what, String remedy) {
    super(what + ". " + remedy + ".");
  }

  static double requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new ModelException(
          "the %s is %s".formatted(name, value),
          "Check the inputs' normalisation, or take a checkpoint from before training diverged");
    }
    return value;
  }
}
