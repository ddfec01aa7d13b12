package dev.hesse.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers with their standard error as people read them. */
final class Uncertain {
  private static final MathContext ERROR_DIGITS = new MathContext(2);
  private static final int MOST_PLACES = 9;

  private Uncertain() {}

  /** Such as {@code 171.6 ± 8.7}: two digits of the error, and the value as far as they reach. */
  static String text(double value, double error) {
    if (!(error > 0 && Double.isFinite(error) && Double.isFinite(value))) {
      return String.format(Locale.ROOT, "%.6g ± %.2g", value, error);
    }
    BigDecimal rounded = new BigDecimal(error).round(ERROR_DIGITS);
    BigDecimal fitting = new BigDecimal(value).setScale(rounded.scale(), RoundingMode.HALF_EVEN);
    return Math.abs(rounded.scale()) > MOST_PLACES
        ? String.format(Locale.ROOT, "%.6g ± %.2g", value, error)
        : fitting.toPlainString() + " ± " + rounded.toPlainString();
  }
}
