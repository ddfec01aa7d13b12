package dev.hesse.cli;

import java.util.Locale;

/** Sizes as people read them. */
final class Bytes {
  private static final String PREFIXES = "KMGT";

  private Bytes() {}

  /** Such as {@code 1.5 GiB}. */
  static String text(long bytes) {
    double value = bytes;
    int power = 0;
    while (value >= 1024 && power < PREFIXES.length()) {
      value /= 1024;
      power++;
    }
    return power == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.3g %ciB", value, PREFIXES.charAt(power - 1));
  }
}
