package dev.hesse.plot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An axis on which a value v is at asinh(v / threshold): linear around zero, logarithmic with
 * either sign beyond the threshold. Ticks are at zero and at powers of ten from the threshold on.
 *
 * @param start asinh(first value / threshold)
 * @param end that of the last value, greater
 * @param threshold a power of ten
 * @param points the axis's length
 */
record SymlogAxis(double start, double end, double threshold, double points) implements Axis {
  private static final double POINTS_PER_LABEL = 12;

  /** How many powers of ten below the largest magnitude's the threshold is. */
  private static final int DECADES = 3;

  /** Values with a smaller magnitude count as zero. */
  private static final double SMALLEST = 1e-100;

  private static final double PADDING = 0.05;

  /** An axis that shows zero and all values between the given ones. */
  static SymlogAxis of(double min, double max, double points) {
    double magnitude = Math.max(Math.abs(min), Math.abs(max));
    int power = magnitude < SMALLEST ? 0 : Numerals.exponent(magnitude) - DECADES;
    double threshold = Math.pow(10, power);
    double start = asinh(Math.min(0, min) / threshold);
    double end = asinh(Math.max(0, max) / threshold);
    double padding = Math.max(PADDING * (end - start), PADDING);
    return new SymlogAxis(start - padding, end + padding, threshold, points);
  }

  /** Where a value is before it is scaled to the axis's length. */
  double place(double value) {
    return asinh(value / threshold);
  }

  private static double asinh(double x) {
    double magnitude = Math.abs(x);
    return Math.copySign(Math.log(magnitude + Math.hypot(magnitude, 1)), x);
  }

  @Override
  public double fraction(double value) {
    return (place(value) - start) / (end - start);
  }

  @Override
  public List<Tick> ticks() {
    List<Tick> ticks = new ArrayList<>();
    addDecades(ticks, -1);
    Collections.reverse(ticks);
    ticks.add(new Tick(0, Label.of("0")));
    addDecades(ticks, 1);
    return ticks;
  }

  /** From the threshold outwards; a tick too close to the label before it gets none. */
  private void addDecades(List<Tick> ticks, int sign) {
    double labelled = fraction(0);
    int power = Numerals.exponent(threshold);
    double value = sign * threshold;
    while (fraction(value) >= 0 && fraction(value) <= 1) {
      boolean apart = Math.abs(fraction(value) - labelled) * points >= POINTS_PER_LABEL;
      Label label = Label.of(sign < 0 ? "−10" : "10").sup(Numerals.whole(power));
      ticks.add(new Tick(value, apart ? label : null));
      labelled = apart ? fraction(value) : labelled;
      power++;
      value = sign * Math.pow(10, power);
    }
  }

  @Override
  public int exponent() {
    return 0;
  }
}
