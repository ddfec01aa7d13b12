package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** Which line is which, in a row above a diagram's area. */
final class SeriesKey {
  /** The height that the row takes. */
  static final double HEIGHT = 14;

  private static final float SIZE = 9;
  private static final double ABOVE = 5;
  private static final double LINE = 14;
  private static final double GAP = 4;

  /** How much wider a viewer's own typeface may be. */
  private static final double WIDEST_SUBSTITUTE = 1.14;

  private SeriesKey() {}

  /** The baseline of text in the row above an area. */
  static double baseline(Rectangle2D area) {
    return area.getY() - ABOVE;
  }

  /** Draws the row from the area's left edge and returns where it ends. */
  static double draw(Canvas canvas, Typeface typeface, Rectangle2D area, List<Series> series) {
    double x = area.getX();
    double baseline = baseline(area);
    double middle = baseline - 0.36 * SIZE;
    for (Series one : series) {
      SeriesLine.line(canvas, new Line2D.Double(x, middle, x + LINE, middle), one);
      if (one.dotted()) {
        Dot.draw(canvas, x + LINE / 2, middle, one.color());
      }
      x += LINE + GAP;
      canvas.text(one.label(), x, baseline, SIZE, Palette.INK, Anchor.START);
      x += WIDEST_SUBSTITUTE * typeface.width(one.label(), SIZE) + 2 * GAP;
    }
    return x;
  }
}
