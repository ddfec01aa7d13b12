package dev.hesse.hessian.autodiff;

import java.io.Serial;

/**
 * A graph that cannot be differentiated: names the operation and node, and says what would help.
 */
public final class UnsupportedGraphException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UnsupportedGraphException(String what, String remedy) {
    super(what + ". " + remedy + ".");
  }
}
