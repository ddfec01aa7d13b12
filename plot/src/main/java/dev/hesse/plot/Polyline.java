package dev.hesse.plot;

import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.List;

/** Curves with many more points than a figure can show. */
final class Polyline {
  private static final double COLUMN = 1;

  private Polyline() {}

  /**
   * Keeps, of the points in each column of one point's width, the first, the lowest, the highest
   * and the last, so that no peak is lost.
   *
   * @param points in ascending x
   */
  static List<Point2D> thinned(List<Point2D> points) {
    List<Point2D> kept = new ArrayList<>();
    int from = 0;
    while (from < points.size()) {
      double end = points.get(from).getX() + COLUMN;
      int low = from;
      int high = from;
      int last = from;
      while (last + 1 < points.size() && points.get(last + 1).getX() < end) {
        last++;
        low = points.get(last).getY() < points.get(low).getY() ? last : low;
        high = points.get(last).getY() > points.get(high).getY() ? last : high;
      }
      int[] indices = {from, Math.min(low, high), Math.max(low, high), last};
      for (int i = 0; i < indices.length; i++) {
        if (i == 0 || indices[i] != indices[i - 1]) {
          kept.add(points.get(indices[i]));
        }
      }
      from = last + 1;
    }
    return kept;
  }

  /** The open path through the points. */
  static Path2D path(List<Point2D> points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points.get(0).getX(), points.get(0).getY());
    for (Point2D point : points.subList(1, points.size())) {
      path.lineTo(point.getX(), point.getY());
    }
    return path;
  }

  /** The area between two curves. */
  static Path2D area(List<Point2D> upper, List<Point2D> lower) {
    List<Point2D> outline = new ArrayList<>(upper);
    for (int i = lower.size() - 1; i >= 0; i--) {
      outline.add(lower.get(i));
    }
    Path2D path = path(outline);
    path.closePath();
    return path;
  }
}
