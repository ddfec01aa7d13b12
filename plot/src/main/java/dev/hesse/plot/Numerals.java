package dev.hesse.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a paper prints them: few digits, a true minus sign, powers of ten raised. */
final class Numerals {
  private static final char MINUS = '−';

  /** What a member that is NaN or null reads as. */
  private static final Label UNKNOWN = Label.of("unknown");

  /** From 10 to this power on, and below its inverse, numbers get a power of ten. */
  private static final int PLAIN_EXPONENT = 6;

  private static final int DIGITS_WITHOUT_ERROR = 5;
  private static final int MOST_DECIMALS = 9;

  private Numerals() {}

  /** A number with so many significant digits. */
  static Label rounded(double value, int digits) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    if (Math.abs(exponent) < PLAIN_EXPONENT) {
      return Label.of(signed(rounded.toPlainString()));
    }
    return timesPower(signed(rounded.scaleByPowerOfTen(-exponent).toPlainString()), exponent);
  }

  /** value ± error, with as many decimals as two digits of the error need. */
  static Label withError(double value, double error) {
    if (!(error > 0 && Double.isFinite(error) && Double.isFinite(value))) {
      return rounded(value, DIGITS_WITHOUT_ERROR);
    }
    int exponent = exponent(Math.max(Math.abs(value), error));
    int power = Math.abs(exponent) < PLAIN_EXPONENT ? 0 : exponent;
    int decimals = Math.min(MOST_DECIMALS, Math.max(0, 1 + power - exponent(error)));
    String pair = fixed(value, power, decimals) + " ± " + fixed(error, power, decimals);
    return power == 0 ? Label.of(pair) : timesPower("(" + pair + ")", power);
  }

  /** value / 10^power with a fixed count of decimals. */
  static String fixed(double value, int power, int decimals) {
    BigDecimal scaled = new BigDecimal(value).scaleByPowerOfTen(-power);
    return signed(String.format(Locale.ROOT, "%." + decimals + "f", scaled));
  }

  static String whole(int value) {
    return signed(Integer.toString(value));
  }

  /** A count, its digits in groups of three. */
  static String grouped(int value) {
    return signed(String.format(Locale.ROOT, "%,d", value));
  }

  /** ⌊log₁₀|value|⌋, and 0 for 0. */
  static int exponent(double value) {
    return value == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(value)));
  }

  private static Label timesPower(String mantissa, int power) {
    return Label.of(mantissa + " × 10").sup(whole(power));
  }

  private static String signed(String number) {
    boolean zero = number.chars().noneMatch(c -> c >= '1' && c <= '9');
    if (number.startsWith("-")) {
      return zero ? number.substring(1) : MINUS + number.substring(1);
    }
    return number;
  }
}
