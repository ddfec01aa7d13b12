package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis in equal steps of 1, 2 or 5 times a power of ten.
 *
 * @param min the axis's first value
 * @param max its last value, greater
 * @param step between ticks
 * @param exponent the power of ten that tick labels leave out; 0 for none
 */
record LinearAxis(double min, double max, double step, int exponent) implements Axis {
  private static final int LARGE = 5;
  private static final int SMALL = -3;

  /** An axis with about so many ticks. */
  static LinearAxis of(double min, double max, int ticks) {
    double rough = (max - min) / ticks;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double mantissa = rough / power;
    double step = power * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
    int magnitude = Numerals.exponent(Math.max(Math.abs(min), Math.abs(max)));
    return new LinearAxis(min, max, step, magnitude >= LARGE || magnitude < SMALL ? magnitude : 0);
  }

  /** An axis whose steps are whole numbers. */
  static LinearAxis whole(double min, double max, int ticks) {
    LinearAxis axis = of(min, max, ticks);
    return new LinearAxis(min, max, Math.max(1, axis.step), axis.exponent);
  }

  @Override
  public double fraction(double value) {
    return (value - min) / (max - min);
  }

  @Override
  public List<Tick> ticks() {
    List<Tick> ticks = new ArrayList<>();
    long last = (long) Math.floor(max / step);
    for (long i = (long) Math.ceil(min / step); i <= last; i++) {
      ticks.add(new Tick(i * step, label(i * step)));
    }
    return ticks;
  }

  private Label label(double tick) {
    int decimals = Math.max(0, exponent - (int) Math.floor(Math.log10(step) + 1e-9));
    return Label.of(Numerals.fixed(tick, exponent, decimals));
  }
}
