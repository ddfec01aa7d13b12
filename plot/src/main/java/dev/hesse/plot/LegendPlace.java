package dev.hesse.plot;

import dev.hesse.plot.Spectrum.Curve;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import org.jspecify.annotations.Nullable;

/**
 * Where a legend covers nothing.
 *
 * @param corner its upper left corner
 * @param ceiling the power of ten at which the density's axis has to end for that
 */
record LegendPlace(Point2D corner, int ceiling) {
  private static final double INSET = 8;

  /** A legend taller than this part of the figure covers what it must. */
  private static final double MOST_OF_HEIGHT = 0.7;

  /**
   * Chooses the upper corner where the curve stays lower, and makes room above the curve there.
   *
   * @param axis the eigenvalue axis over the area's width
   */
  static LegendPlace choose(
      Legend legend, Rectangle2D area, LinearAxis axis, @Nullable Curve curve, Typeface typeface) {
    double width = legend.width(typeface);
    double left = area.getX() + INSET;
    double right = area.getMaxX() - INSET - width;
    if (curve == null) {
      return new LegendPlace(new Point2D.Double(right, area.getY() + INSET), 1);
    }
    Plane plane =
        new Plane(
            area,
            axis,
            LogAxis.of(curve.decades().floor(), curve.decades().ceiling(), area.getHeight()));
    double peakLeft = peak(curve, plane, left, left + width);
    double peakRight = peak(curve, plane, right, right + width);
    double taken = Math.min((INSET + legend.height()) / area.getHeight(), MOST_OF_HEIGHT);
    double covered = Math.min(peakLeft, peakRight);
    double decades =
        covered > 0 ? (Math.log10(covered) - curve.decades().floor()) / (1 - taken) : 0;
    int ceiling =
        Math.max(curve.decades().ceiling(), curve.decades().floor() + (int) Math.ceil(decades));
    double x = peakRight <= peakLeft ? right : left;
    return new LegendPlace(new Point2D.Double(x, area.getY() + INSET), ceiling);
  }

  /** The greatest density between two places on the page; 0 where there is no curve. */
  private static double peak(Curve curve, Plane plane, double from, double to) {
    double[] grid = curve.curve().grid();
    double[] values = curve.curve().upper();
    double peak = 0;
    for (int i = 0; i < grid.length; i++) {
      double x = plane.x(grid[i]);
      if (x >= from && x <= to) {
        peak = Math.max(peak, values[i]);
      }
    }
    return peak;
  }
}
