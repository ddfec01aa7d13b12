package dev.hesse.io;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A file or array that cannot be used as given. The message is one line of two sentences: what is
 * wrong and where, then what to do about it. The command ends with exit code 3.
 */
public final class BadInputException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param what what is wrong and where, without the closing period
   * @param remedy what to do, without the closing period
   */
  public BadInputException(String what, String remedy) {
    this(what, remedy, null);
  }

  /** As {@link #BadInputException(String, String)}, with the exception that revealed it. */
  public BadInputException(String what, String remedy, @Nullable Throwable cause) {
    super(what + ". " + remedy + ".", cause);
  }
}
