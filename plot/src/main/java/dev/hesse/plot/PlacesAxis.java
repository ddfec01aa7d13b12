package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;

/** Another axis's scale with ticks at chosen places. */
record PlacesAxis(Axis scale, List<Tick> ticks) implements Axis {
  private static final double GAP = 6;

  /** Labels are not cut to less than this. */
  private static final double LEAST_WIDTH = 40;

  PlacesAxis {
    ticks = List.copyOf(ticks);
  }

  /** Numbers on a logarithmic scale, from one or more in ascending order. */
  static PlacesAxis ofNumbers(List<Integer> numbers, double points, Typeface typeface) {
    double low = Math.log10(numbers.get(0));
    double high = Math.log10(numbers.get(numbers.size() - 1));
    double padding = high > low ? 0.06 * (high - low) : 0.5;
    List<Tick> ticks =
        numbers.stream()
            .map(number -> new Tick(number, Label.of(Numerals.grouped(number))))
            .toList();
    return apart(LogAxis.of(low - padding, high + padding, points), ticks, points, typeface);
  }

  /** Names at 0, 1 and so on. */
  static PlacesAxis ofNames(List<String> names, double points, Typeface typeface) {
    double width = Math.max(LEAST_WIDTH, points / names.size() - GAP);
    List<Tick> ticks = new ArrayList<>();
    for (String name : names) {
      String fitted = typeface.fitted(name, Frame.LABEL_SIZE, width);
      ticks.add(new Tick(ticks.size(), Label.of(fitted)));
    }
    return apart(new LinearAxis(-0.5, names.size() - 0.5, 1, 0), ticks, points, typeface);
  }

  /** Leaves out labels that would touch the one before. */
  private static PlacesAxis apart(Axis scale, List<Tick> ticks, double points, Typeface typeface) {
    List<Tick> kept = new ArrayList<>();
    double end = Double.NEGATIVE_INFINITY;
    for (Tick tick : ticks) {
      Label label = tick.label();
      double half = label == null ? 0 : typeface.width(label, Frame.LABEL_SIZE) / 2;
      double center = scale.fraction(tick.value()) * points;
      boolean fits = center - half >= end + GAP;
      kept.add(fits ? tick : new Tick(tick.value(), null));
      end = fits ? center + half : end;
    }
    return new PlacesAxis(scale, kept);
  }

  @Override
  public double fraction(double value) {
    return scale.fraction(value);
  }

  @Override
  public int exponent() {
    return 0;
  }
}
