package dev.hesse.plot;

import java.awt.Color;
import java.awt.geom.Path2D;

/** A triangle that points down at an eigenvalue. */
final class Mark {
  static final double HEIGHT = 8;

  private static final double WIDTH = 6.5;

  private Mark() {}

  /** Draws a mark with its tip at the given point: filled, or as an outline. */
  static void draw(Canvas canvas, double x, double y, Color color, boolean filled) {
    Path2D triangle = new Path2D.Double();
    triangle.moveTo(x, y);
    triangle.lineTo(x - WIDTH / 2, y - HEIGHT);
    triangle.lineTo(x + WIDTH / 2, y - HEIGHT);
    triangle.closePath();
    canvas.fill(triangle, filled ? color : Palette.PAPER);
    canvas.stroke(triangle, filled ? Palette.PAPER : color, filled ? 0.6f : 1.1f);
  }
}
