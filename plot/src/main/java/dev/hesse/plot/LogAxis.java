package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * A logarithmic axis with labels at powers of ten; where there are fewer than two of those, at 2
 * and 5 times them too. A short axis has small ticks between.
 *
 * @param low decimal logarithm of the axis's first value
 * @param high that of its last value, greater
 * @param stride how many powers of ten have one label among them
 */
record LogAxis(double low, double high, int stride) implements Axis {
  private static final double POINTS_PER_LABEL = 20;
  private static final double SHORT = 3;

  /** An axis of so many points whose labels do not touch. */
  static LogAxis of(double low, double high, double points) {
    int decades = (int) Math.floor(high - low);
    int stride = (int) Math.ceil(decades * POINTS_PER_LABEL / points);
    return new LogAxis(low, high, Math.max(1, stride));
  }

  @Override
  public double fraction(double value) {
    return (Math.log10(Math.max(0, value)) - low) / (high - low);
  }

  @Override
  public List<Tick> ticks() {
    int first = (int) Math.ceil(low);
    int last = (int) Math.floor(high);
    boolean between = high - low < SHORT;
    List<Tick> ticks = new ArrayList<>();
    for (int power = between ? first - 1 : first; power <= last; power++) {
      double value = Math.pow(10, power);
      if (power >= first) {
        boolean labelled = (power - first) % stride == 0;
        Label label = Label.of("10").sup(Numerals.whole(power));
        ticks.add(new Tick(value, labelled ? label : null));
      }
      for (int factor = 2; between && factor < 10; factor++) {
        double multiple = factor * value;
        if (fraction(multiple) >= 0 && fraction(multiple) <= 1) {
          boolean labelled = last <= first && (factor == 2 || factor == 5);
          Label label = labelled ? Numerals.rounded(multiple, 1) : null;
          ticks.add(new Tick(multiple, label, labelled));
        }
      }
    }
    return ticks;
  }

  @Override
  public int exponent() {
    return 0;
  }
}
