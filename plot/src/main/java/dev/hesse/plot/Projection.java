package dev.hesse.plot;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;

/**
 * A parallel projection of the box [−1, 1] × [−1, 1] × [0, 1], turned about its upright axis and
 * seen from above.
 *
 * @param x of the floor's centre on the page
 * @param y the same
 * @param scale points on the page for a unit
 */
record Projection(double x, double y, double scale) {
  private static final double TURN = Math.toRadians(-32);
  private static final double ELEVATION = Math.toRadians(32);

  /** How high the box is, in units of the floor. */
  private static final double TALL = 1.15;

  /** Room for labels around the floor, in units of it. */
  private static final double MARGIN = 0.3;

  /** The greatest projection that fits, with room for labels. */
  static Projection into(Rectangle2D area) {
    double half = Math.abs(Math.cos(TURN)) + Math.abs(Math.sin(TURN));
    double wide = 2 * half + MARGIN;
    double floor = 2 * half * Math.sin(ELEVATION);
    double high = floor + TALL * Math.cos(ELEVATION) + MARGIN;
    double scale = Math.min(area.getWidth() / wide, area.getHeight() / high);
    double bottom = area.getMaxY() - scale * MARGIN;
    return new Projection(area.getCenterX(), bottom - scale * floor / 2, scale);
  }

  /** Where a point of the box is on the page. */
  Point2D point(double u, double v, double height) {
    double right = u * Math.cos(TURN) - v * Math.sin(TURN);
    double up = depth(u, v) * Math.sin(ELEVATION) + TALL * height * Math.cos(ELEVATION);
    return new Point2D.Double(x + scale * right, y - scale * up);
  }

  /** How far a place on the floor is from the viewer. */
  double depth(double u, double v) {
    return u * Math.sin(TURN) + v * Math.cos(TURN);
  }
}
