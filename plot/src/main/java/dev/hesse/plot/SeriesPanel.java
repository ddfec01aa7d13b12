package dev.hesse.plot;

import dev.hesse.plot.Series.Sample;
import java.awt.geom.Rectangle2D;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Values over epochs or other places as lines. The axis is logarithmic where all values are
 * positive and the largest is many times the smallest.
 *
 * @param height of its area, in points
 * @param series at least one, each with a known value
 * @param description the numbers in words
 */
record SeriesPanel(
    Label name, double height, List<Series> series, String description, Typeface typeface)
    implements Panel {
  private static final double LOG_FROM_RATIO = 8;
  private static final double PADDING = 0.07;

  /** How far below its value an error bar may reach on a logarithmic axis. */
  private static final double LONGEST_BAR = 2;

  /** A range that is narrower, relative to its place, counts as a single value. */
  private static final double NARROW = 1e-6;

  private static final double POINTS_PER_TICK = 24;

  SeriesPanel {
    series = List.copyOf(series);
  }

  /** Described by the series' labels. */
  SeriesPanel(Label name, double height, List<Series> series, Typeface typeface) {
    this(
        name,
        height,
        series,
        series.stream()
            .map(one -> one.label().toString())
            .collect(Collectors.joining(", ", name + ": ", "")),
        typeface);
  }

  @Override
  public double above(double width) {
    return SeriesKey.height(typeface, width, series);
  }

  @Override
  public Plane draw(Canvas canvas, Rectangle2D area, Axis horizontal) {
    Plane plane = new Plane(area, horizontal, axis(area.getHeight()));
    Frame.drawAcross(canvas, plane);
    Frame.drawLeft(canvas, plane, name);
    canvas.clipped(area, () -> series.forEach(one -> SeriesLine.draw(canvas, plane, one)));
    Frame.drawOutline(canvas, plane);
    SeriesKey.draw(canvas, typeface, area, series);
    return plane;
  }

  private Axis axis(double points) {
    DoubleSummaryStatistics values =
        series.stream().flatMapToDouble(Series::values).summaryStatistics();
    DoubleSummaryStatistics ends = new DoubleSummaryStatistics();
    for (Series one : series) {
      for (Sample sample : one.samples()) {
        if (sample.known()) {
          ends.accept(sample.value() - sample.error());
          ends.accept(sample.value() + sample.error());
        }
      }
    }
    if (values.getMin() > 0 && values.getMax() > LOG_FROM_RATIO * values.getMin()) {
      double low = Math.log10(Math.max(ends.getMin(), values.getMin() / LONGEST_BAR));
      double high = Math.log10(ends.getMax());
      double padding = PADDING * (high - low);
      return LogAxis.of(low - padding, high + padding, points);
    }
    double magnitude = Math.max(Math.abs(ends.getMin()), Math.abs(ends.getMax()));
    double range = ends.getMax() - ends.getMin();
    double padding = PADDING * range;
    if (range <= NARROW * magnitude) {
      padding = magnitude > 0 ? magnitude / 10 : 1;
    }
    int ticks = Math.max(2, (int) Math.round(points / POINTS_PER_TICK));
    return LinearAxis.of(ends.getMin() - padding, ends.getMax() + padding, ticks);
  }
}
