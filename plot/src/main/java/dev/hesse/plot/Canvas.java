package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import dev.hesse.plot.TextPainter.Style;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;

/**
 * Shapes on any {@link Graphics2D} and text beside it. Colour and stroke are set for every shape,
 * as PDF needs it.
 */
final class Canvas {
  private final Graphics2D graphics;
  private final TextPainter texts;

  Canvas(Graphics2D graphics, TextPainter texts) {
    this.graphics = graphics;
    this.texts = texts;
  }

  void fill(Shape shape, Color color) {
    graphics.setPaint(color);
    graphics.fill(shape);
  }

  void stroke(Shape shape, Color color, float width) {
    graphics.setPaint(color);
    graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
    graphics.draw(shape);
  }

  /** Draws a line of dashes. */
  void dashed(Shape shape, Color color, float width) {
    graphics.setPaint(color);
    graphics.setStroke(
        new BasicStroke(
            width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {4, 3}, 0));
    graphics.draw(shape);
  }

  /** Draws only within a shape. */
  void clipped(Shape clip, Runnable drawing) {
    Shape before = graphics.getClip();
    graphics.clip(clip);
    drawing.run();
    graphics.setClip(before);
  }

  void text(Label label, double x, double y, float size, Color color, Anchor anchor) {
    texts.draw(label, x, y, new Style(size, color, anchor, false));
  }

  /** Draws a label that reads upwards, centred on the given point. */
  void upwardText(Label label, double x, double y, float size, Color color) {
    texts.draw(label, x, y, new Style(size, color, Anchor.MIDDLE, true));
  }
}
