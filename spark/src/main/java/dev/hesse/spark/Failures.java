package dev.hesse.spark;

/** What an exception of Spark's says, for people. */
final class Failures {
  private Failures() {}

  /** The first line of the message, without its period. */
  static String line(Throwable error) {
    String message =
        error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    return message.lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
  }
}
