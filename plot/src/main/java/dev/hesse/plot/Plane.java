package dev.hesse.plot;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Where values are on the page.
 *
 * @param area the rectangle within the axes
 * @param horizontal axis, over the area's width
 * @param vertical axis, from the area's bottom to its top
 */
record Plane(Rectangle2D area, Axis horizontal, Axis vertical) {
  /** How far below the bottom a curve goes, as a fraction of the height: enough to be cut off. */
  private static final double BELOW = 0.05;

  double x(double value) {
    return area.getX() + horizontal.fraction(value) * area.getWidth();
  }

  double y(double value) {
    return area.getMaxY() - Math.max(-BELOW, vertical.fraction(value)) * area.getHeight();
  }

  /** A curve, thinned to what the page can show. */
  List<Point2D> points(double[] grid, double[] values) {
    List<Point2D> points = new ArrayList<>();
    for (int i = 0; i < grid.length; i++) {
      points.add(new Point2D.Double(x(grid[i]), y(values[i])));
    }
    return Polyline.thinned(points);
  }
}
