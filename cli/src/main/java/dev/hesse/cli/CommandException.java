package dev.hesse.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A reason to end with a certain status. The message says what is wrong, then what to do. */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final ExitStatus status;

  /**
   * @param what what is wrong, without the closing period
   * @param remedy what to do, without the closing period
   */
  CommandException(ExitStatus status, String what, String remedy, @Nullable Throwable cause) {
    super(what + ". " + remedy + ".", cause);
    this.status = status;
  }

  static CommandException usage(String what, String remedy) {
    return new CommandException(ExitStatus.WRONG_USAGE, what, remedy, null);
  }

  ExitStatus status() {
    return status;
  }
}
