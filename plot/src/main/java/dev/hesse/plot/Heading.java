package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.geom.Rectangle2D;

/** What stands above a figure's axes. */
final class Heading {
  private static final float TITLE_SIZE = 12.5f;
  private static final float SUBTITLE_SIZE = 9;

  private Heading() {}

  /** Draws both lines at the page's top, centred over an area and no wider. */
  static void draw(
      Canvas canvas, Typeface typeface, String title, String subtitle, Rectangle2D area) {
    double center = area.getCenterX();
    Label first = Label.of(typeface.fitted(title, TITLE_SIZE, area.getWidth()));
    canvas.text(first, center, 19, TITLE_SIZE, Palette.INK, Anchor.MIDDLE);
    Label second = Label.of(typeface.fitted(subtitle, SUBTITLE_SIZE, area.getWidth()));
    canvas.text(second, center, 34, SUBTITLE_SIZE, Palette.SUBTITLE, Anchor.MIDDLE);
  }
}
