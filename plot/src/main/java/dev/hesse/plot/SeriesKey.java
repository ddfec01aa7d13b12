package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Which line is which, in a row above a diagram's area, or in as many as it takes. */
final class SeriesKey {
  /** The height that a row takes. */
  static final double HEIGHT = 14;

  private static final float SIZE = 9;
  private static final double ABOVE = 5;
  private static final double LINE = 14;
  private static final double GAP = 4;

  /** How much wider a viewer's own typeface may be. */
  private static final double WIDEST_SUBSTITUTE = 1.14;

  private SeriesKey() {}

  /** The baseline of text in the row next above an area. */
  static double baseline(Rectangle2D area) {
    return area.getY() - ABOVE;
  }

  /** The height of the rows above an area of such a width. */
  static double height(Typeface typeface, double width, List<Series> series) {
    return HEIGHT * Math.max(1, rows(typeface, width, series).size());
  }

  /** Draws the rows from the area's left edge and returns where the last one ends. */
  static double draw(Canvas canvas, Typeface typeface, Rectangle2D area, List<Series> series) {
    List<List<Series>> rows = rows(typeface, area.getWidth(), series);
    double x = area.getX();
    for (int i = 0; i < rows.size(); i++) {
      double baseline = baseline(area) - HEIGHT * (rows.size() - 1 - i);
      double middle = baseline - 0.36 * SIZE;
      x = area.getX();
      for (Series one : rows.get(i)) {
        SeriesLine.line(canvas, new Line2D.Double(x, middle, x + LINE, middle), one);
        if (one.dotted()) {
          Dot.draw(canvas, x + LINE / 2, middle, one.color());
        }
        canvas.text(one.label(), x + LINE + GAP, baseline, SIZE, Palette.INK, Anchor.START);
        x += width(typeface, one);
      }
    }
    return x;
  }

  /** A text that is printable and leaves room for others in a row of such a width. */
  static String fitted(Typeface typeface, String text, double width) {
    return typeface.fitted(text, SIZE, (width - LINE - GAP) / WIDEST_SUBSTITUTE);
  }

  private static List<List<Series>> rows(Typeface typeface, double width, List<Series> series) {
    List<List<Series>> rows = new ArrayList<>();
    double taken = Double.POSITIVE_INFINITY;
    for (Series one : series) {
      double needed = width(typeface, one);
      if (taken + needed - 2 * GAP > width) {
        rows.add(new ArrayList<>());
        taken = 0;
      }
      rows.get(rows.size() - 1).add(one);
      taken += needed;
    }
    return rows;
  }

  /** What a series takes in a row, with the gap to the next. */
  private static double width(Typeface typeface, Series series) {
    return LINE + GAP + WIDEST_SUBSTITUTE * typeface.width(series.label(), SIZE) + 2 * GAP;
  }
}
