package dev.hesse.plot;

import dev.hesse.io.report.DensityCurve;
import dev.hesse.plot.Spectrum.Curve;
import dev.hesse.plot.Spectrum.Extreme;
import java.awt.Color;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Spectral densities over a common axis of eigenvalues, on a logarithmic scale, with marks at the
 * largest eigenvalues.
 *
 * @param densities at least one
 */
record OverlaidDensities(List<Entry> densities, Typeface typeface) implements Panel {

  /**
   * A density.
   *
   * @param key its name and colour, without samples
   * @param largest eigenvalue to mark
   */
  record Entry(Series key, Curve curve, @Nullable Extreme largest) {}

  OverlaidDensities {
    densities = List.copyOf(densities);
  }

  @Override
  public double height() {
    return 190;
  }

  @Override
  public double above(double width) {
    return SeriesKey.height(typeface, width, keys());
  }

  @Override
  public String description() {
    return keys().stream()
        .map(key -> key.label().toString())
        .collect(Collectors.joining(", ", "Density: ", ""));
  }

  private List<Series> keys() {
    return densities.stream().map(Entry::key).toList();
  }

  @Override
  public Plane draw(Canvas canvas, Rectangle2D area, Axis eigenvalues) {
    Decades decades =
        densities.stream().map(one -> one.curve().decades()).reduce(Decades::and).orElseThrow();
    LogAxis vertical = LogAxis.of(decades.floor(), decades.ceiling(), area.getHeight());
    Plane plane = new Plane(area, eigenvalues, vertical);
    Label sigma = Numerals.rounded(densities.get(0).curve().sigma(), 3);
    Frame.drawLeft(canvas, plane, Label.of("Density (log scale, σ = ").then(sigma).then(")"));
    canvas.clipped(area, () -> drawCurves(canvas, plane));
    Frame.drawOutline(canvas, plane);
    for (Entry one : densities) {
      Extreme largest = one.largest();
      if (largest != null) {
        double x = plane.x(largest.value());
        Mark.draw(canvas, x, area.getMaxY(), one.key().color(), !largest.estimated());
      }
    }
    SeriesKey.draw(canvas, typeface, area, keys());
    return plane;
  }

  private void drawCurves(Canvas canvas, Plane plane) {
    for (Entry one : densities) {
      if (one.curve().band().isPresent()) {
        DensityCurve curve = one.curve().curve();
        List<Point2D> upper = plane.points(curve.grid(), curve.upper());
        List<Point2D> lower = plane.points(curve.grid(), curve.lower());
        Color color = one.key().color();
        Color faint = new Color(color.getRed(), color.getGreen(), color.getBlue(), 45);
        canvas.fill(Polyline.area(upper, lower), faint);
      }
    }
    for (Entry one : densities) {
      DensityCurve curve = one.curve().curve();
      List<Point2D> mean = plane.points(curve.grid(), curve.values());
      SeriesLine.line(canvas, Polyline.path(mean), one.key());
    }
  }
}
