package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * A logarithmic axis with ticks at powers of ten; where there are fewer than two of those, at 1, 2
 * and 5 times them too.
 *
 * @param low decimal logarithm of the axis's first value
 * @param high that of its last value, greater
 * @param stride how many powers of ten have one label among them
 */
record LogAxis(double low, double high, int stride) implements Axis {
  private static final double POINTS_PER_LABEL = 20;
  private static final int[] WITHIN_DECADE = {1, 2, 5};

  /** An axis of so many points whose labels do not touch. */
  static LogAxis of(double low, double high, double points) {
    int decades = (int) Math.floor(high - low);
    return new LogAxis(
        low, high, Math.max(1, (int) Math.ceil(decades * POINTS_PER_LABEL / points)));
  }

  @Override
  public double fraction(double value) {
    return (Math.log10(Math.max(0, value)) - low) / (high - low);
  }

  @Override
  public List<Tick> ticks() {
    int first = (int) Math.ceil(low);
    int last = (int) Math.floor(high);
    List<Tick> ticks = new ArrayList<>();
    if (last > first) {
      for (int power = first; power <= last; power++) {
        ticks.add(
            new Tick(Math.pow(10, power), (power - first) % stride == 0 ? label(power) : null));
      }
      return ticks;
    }
    for (int power = first - 1; power <= last; power++) {
      for (int factor : WITHIN_DECADE) {
        double value = factor * Math.pow(10, power);
        double logarithm = Math.log10(value);
        if (logarithm >= low && logarithm <= high) {
          ticks.add(new Tick(value, Numerals.rounded(value, 1)));
        }
      }
    }
    return ticks;
  }

  private static Label label(int power) {
    return Label.of("10").sup(Numerals.whole(power));
  }

  @Override
  public int exponent() {
    return 0;
  }
}
