package dev.hesse.plot;

import dev.hesse.plot.Series.Sample;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.List;

/** Draws a series as a line with gaps, error bars and, where there is room, dots. */
final class SeriesLine {
  static final float WIDTH = 1.2f;
  private static final double POINTS_PER_DOT = 5;

  private SeriesLine() {}

  static void draw(Canvas canvas, Plane plane, Series series) {
    for (List<Sample> run : series.runs()) {
      List<Point2D> points = new ArrayList<>();
      for (Sample sample : run) {
        Point2D point = new Point2D.Double(plane.x(sample.place()), plane.y(sample.value()));
        drawError(canvas, plane, series, sample, point);
        points.add(point);
      }
      line(canvas, Polyline.path(Polyline.thinned(points)), series);
      double width = points.get(points.size() - 1).getX() - points.get(0).getX();
      boolean room = width >= POINTS_PER_DOT * (points.size() - 1);
      if (points.size() == 1 || (series.dotted() && room)) {
        points.forEach(point -> Dot.draw(canvas, point.getX(), point.getY(), series.color()));
      }
    }
  }

  /** Strokes a shape in the way of the series. */
  static void line(Canvas canvas, Shape shape, Series series) {
    if (series.dashed()) {
      canvas.dashed(shape, series.color(), WIDTH);
    } else {
      canvas.stroke(shape, series.color(), WIDTH);
    }
  }

  private static void drawError(
      Canvas canvas, Plane plane, Series series, Sample sample, Point2D point) {
    double upper = plane.y(sample.value() + sample.error());
    if (point.getY() - upper > Dot.RADIUS) {
      double lower = plane.y(sample.value() - sample.error());
      Line2D bar = new Line2D.Double(point.getX(), lower, point.getX(), upper);
      canvas.stroke(bar, series.color(), WIDTH / 2);
    }
  }
}
