package dev.hesse.benchmarks;

import java.util.Collection;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** The median of some numbers, with the least and the largest of them. */
record Spread(double median, double least, double largest) {

  static Spread of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("expected at least one number, got none");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Spread(
        (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2,
        sorted[0],
        sorted[sorted.length - 1]);
  }

  /**
   * As {@code 0.540 (0.531–0.568)}, or the number alone where all are shown alike; counts as whole
   * numbers.
   */
  @Override
  public String toString() {
    boolean counts =
        median == Math.rint(median) && least == Math.rint(least) && largest == Math.rint(largest);
    DoubleFunction<String> text =
        counts ? count -> String.format(Locale.ROOT, "%.0f", count) : Spread::number;
    String middle = text.apply(median);
    String range = text.apply(least) + "–" + text.apply(largest);
    return range.equals(middle + "–" + middle) ? middle : middle + " (" + range + ")";
  }

  /** Three significant digits, without an exponent. */
  static String number(double value) {
    double size = Math.abs(value);
    int decimals = size == 0 ? 0 : (int) Math.max(0, 2 - Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
