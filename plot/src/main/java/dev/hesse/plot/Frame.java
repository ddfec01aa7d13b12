package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;

/** Draws a plane's axes around its area. */
final class Frame {
  private static final float NAME_SIZE = 11;
  static final float LABEL_SIZE = 9;
  private static final float LINE_WIDTH = 0.8f;
  private static final float GRID_WIDTH = 0.6f;
  private static final double TICK = 4;

  private Frame() {}

  /** Ticks, labels and name to the left of the area, and lines across it. */
  static void drawLeft(Canvas canvas, Plane plane, Label name) {
    Rectangle2D area = plane.area();
    double left = area.getX();
    for (Axis.Tick tick : plane.vertical().ticks()) {
      double y = plane.y(tick.value());
      if (tick.line() && y > area.getY() + GRID_WIDTH && y < area.getMaxY() - GRID_WIDTH) {
        canvas.stroke(new Line2D.Double(left, y, area.getMaxX(), y), Palette.GRID, GRID_WIDTH);
      }
      double length = tick.label() == null ? TICK / 2 : TICK;
      canvas.stroke(new Line2D.Double(left - length, y, left, y), Palette.INK, LINE_WIDTH);
      if (tick.label() != null) {
        canvas.text(tick.label(), left - TICK - 3, y + 3.2, LABEL_SIZE, Palette.INK, Anchor.END);
      }
    }
    canvas.upwardText(full(name, plane.vertical()), 16, area.getCenterY(), NAME_SIZE, Palette.INK);
  }

  /** Ticks, labels and name below the area. */
  static void drawBottom(Canvas canvas, Plane plane, Label name) {
    double bottom = plane.area().getMaxY();
    for (Axis.Tick tick : plane.horizontal().ticks()) {
      double x = plane.x(tick.value());
      canvas.stroke(new Line2D.Double(x, bottom, x, bottom + TICK), Palette.INK, LINE_WIDTH);
      if (tick.label() != null) {
        canvas.text(tick.label(), x, bottom + TICK + 10, LABEL_SIZE, Palette.INK, Anchor.MIDDLE);
      }
    }
    Label text = full(name, plane.horizontal());
    double center = plane.area().getCenterX();
    canvas.text(text, center, bottom + 34, NAME_SIZE, Palette.INK, Anchor.MIDDLE);
  }

  /** Lines across the area at the horizontal axis's ticks. */
  static void drawAcross(Canvas canvas, Plane plane) {
    Rectangle2D area = plane.area();
    for (Axis.Tick tick : plane.horizontal().ticks()) {
      double x = plane.x(tick.value());
      Line2D line = new Line2D.Double(x, area.getY(), x, area.getMaxY());
      canvas.stroke(line, Palette.GRID, GRID_WIDTH);
    }
  }

  static void drawOutline(Canvas canvas, Plane plane) {
    canvas.stroke(plane.area(), Palette.INK, LINE_WIDTH);
  }

  private static Label full(Label name, Axis axis) {
    return axis.exponent() == 0
        ? name
        : name.then(" (× 10").sup(Numerals.whole(axis.exponent())).then(")");
  }
}
