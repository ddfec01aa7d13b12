package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * How losses are shown: from the least to the greatest that is finite, on a logarithmic scale where
 * most of them would lie on the floor of a linear one.
 *
 * @param min the least
 * @param max the greatest, above it
 */
record LossScale(double min, double max, boolean logarithmic) {
  /** Losses beyond count as not finite: their axis would have no numbers. */
  private static final double LARGEST = 1e100;

  /** A median below this part of the greatest loss leaves a linear scale to few points. */
  private static final double FLOOR = 0.05;

  private static final int LEVELS = 12;

  /** A range that is narrower, relative to its place, counts as a single value. */
  private static final double NARROW = 1e-9;

  /**
   * Of all losses that are finite.
   *
   * @throws BadInputException if none is
   */
  static LossScale of(List<Double> losses) {
    List<Double> finite = losses.stream().filter(LossScale::isShown).sorted().toList();
    if (finite.isEmpty()) {
      throw new BadInputException(
          "The landscape has no finite loss to draw", "Compute it with a smaller --range");
    }
    double min = finite.get(0);
    double max = finite.get(finite.size() - 1);
    double magnitude = Math.max(Math.abs(min), Math.abs(max));
    if (max - min <= NARROW * magnitude || magnitude < 1e-100) {
      double half = magnitude > 1e-100 ? magnitude / 10 : 1;
      return new LossScale(min - half, max + half, false);
    }
    boolean logarithmic = min > 1e-100 && finite.get(finite.size() / 2) < FLOOR * max;
    return new LossScale(min, max, logarithmic);
  }

  static boolean isShown(double loss) {
    return Math.abs(loss) <= LARGEST;
  }

  /** Where a loss is between the least, 0, and the greatest, 1; beyond for others. */
  double place(double loss) {
    return logarithmic
        ? Math.log(Math.max(loss, min / 1e9) / min) / Math.log(max / min)
        : (loss - min) / (max - min);
  }

  /** About a dozen round losses between the least and the greatest. */
  List<Double> levels() {
    double low = logarithmic ? Math.log10(min) : min;
    double high = logarithmic ? Math.log10(max) : max;
    double step = LinearAxis.of(low, high, LEVELS).step();
    List<Double> levels = new ArrayList<>();
    for (long i = (long) Math.floor(low / step) + 1; i * step < high; i++) {
      levels.add(logarithmic ? Math.pow(10, i * step) : i * step);
    }
    return levels;
  }

  /** An axis of so many points with room below and above. */
  Axis axis(double points, double padding, double pointsPerTick) {
    if (logarithmic) {
      double low = Math.log10(min);
      double high = Math.log10(max);
      return LogAxis.of(low - padding * (high - low), high + padding * (high - low), points);
    }
    double room = padding * (max - min);
    return LinearAxis.of(
        min - room, max + room, Math.max(2, (int) Math.round(points / pointsPerTick)));
  }
}
