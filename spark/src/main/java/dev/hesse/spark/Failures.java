package dev.hesse.spark;

/** What exceptions of Spark's say, for people. */
final class Failures {
  private Failures() {}

  /** The first line of the message, without its period. */
  static String line(Throwable error) {
    return firstLine(
        error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage());
  }

  /** The first line of a text, without its period. */
  static String firstLine(String text) {
    return text.lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
  }
}
