package dev.hesse.plot;

import java.awt.Color;
import java.awt.geom.Ellipse2D;

/** A round mark at a measured value. */
final class Dot {
  static final double RADIUS = 2;

  private Dot() {}

  static void draw(Canvas canvas, double x, double y, Color color) {
    canvas.fill(new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS), color);
  }
}
