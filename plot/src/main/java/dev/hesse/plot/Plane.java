package dev.hesse.plot;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Where eigenvalues and densities are on the page.
 *
 * @param area the rectangle within the axes
 * @param axis of eigenvalues, over the area's width
 * @param floor power of ten at the area's bottom
 * @param ceiling power of ten at its top
 */
record Plane(Rectangle2D area, LinearAxis axis, int floor, int ceiling) {
  /** How far below the floor a curve goes, as a fraction of the height: enough to be cut off. */
  private static final double BELOW = 0.05;

  double x(double eigenvalue) {
    double fraction = (eigenvalue - axis.min()) / (axis.max() - axis.min());
    return area.getX() + fraction * area.getWidth();
  }

  double y(double density) {
    double fraction = (Math.log10(density) - floor) / (ceiling - floor);
    return area.getMaxY() - Math.max(-BELOW, fraction) * area.getHeight();
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
