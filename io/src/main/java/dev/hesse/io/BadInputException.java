package dev.hesse.io;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A file or array that cannot be used as given. The message is one line of two sentences: what is
 * wrong and where, then what to do about it. The command ends with exit code 3.
 */
public final class BadInputException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private static final int QUOTED_LENGTH = 80;

  private final String what;
  private final String remedy;

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
    this.what = what;
    this.remedy = remedy;
  }

  /** A file that contradicts its own format. */
  public static BadInputException damaged(String what) {
    return new BadInputException(
        what, "The file is damaged or was made to mislead: get it again from its source");
  }

  /** The same finding, said to be in {@code place}, such as a file or a tensor. */
  public BadInputException in(String place) {
    return new BadInputException(place + ": " + what, remedy, this);
  }

  /**
   * Text from a file, fit for a one-line message: in single quotes, control and other unprintable
   * characters escaped, at most 80 characters of it.
   */
  public static String quote(String untrusted) {
    return quote(untrusted, QUOTED_LENGTH);
  }

  /** As {@link #quote(String)}, of at most {@code length} characters. */
  public static String quote(String untrusted, int length) {
    StringBuilder quoted = new StringBuilder("'");
    int end = Math.min(untrusted.length(), length);
    for (int i = 0; i < end; i++) {
      char c = untrusted.charAt(i);
      if (isPrintable(c)) {
        quoted.append(c);
      } else {
        quoted.append("\\u%04x".formatted((int) c));
      }
    }
    return quoted.append(end < untrusted.length() ? "…'" : "'").toString();
  }

  /** Whether a terminal shows the character as itself and nothing moves. */
  public static boolean isPrintable(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
