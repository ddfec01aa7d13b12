package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * The losses at which a landscape's colour changes, darker where the loss is greater.
 *
 * @param scale from the least loss to the greatest
 * @param values ascending, within it
 */
record LossLevels(LossScale scale, List<Double> values) {
  private static final double BAR_WIDTH = 11;
  private static final float SIZE = 9;
  private static final double LEAST_GAP = 10;
  private static final int DIGITS = 3;

  static LossLevels of(LossScale scale) {
    return new LossLevels(scale, scale.levels());
  }

  /** The colour from a level on, level from 0; that below the first is number −1. */
  Color color(int level) {
    return HeatScale.shade((level + 1.0) / Math.max(1, values.size()));
  }

  /** The colour of a loss. */
  Color colorAt(double loss) {
    int level = -1;
    while (level + 1 < values.size() && loss >= values.get(level + 1)) {
      level++;
    }
    return color(level);
  }

  /** Draws the colours as an upright bar with the losses where they change. */
  void drawBar(Canvas canvas, double x, Rectangle2D area) {
    double labelled = Double.POSITIVE_INFINITY;
    for (int level = -1; level < values.size(); level++) {
      double from = level < 0 ? 0 : scale.place(values.get(level));
      double y = area.getMaxY() - from * area.getHeight();
      canvas.fill(new Rectangle2D.Double(x, area.getY(), BAR_WIDTH, y - area.getY()), color(level));
      if (level >= 0 && labelled - y >= LEAST_GAP) {
        Line2D tick = new Line2D.Double(x + BAR_WIDTH, y, x + BAR_WIDTH + 3, y);
        canvas.stroke(tick, Palette.INK, 0.8f);
        Label label = Numerals.rounded(values.get(level), DIGITS);
        canvas.text(label, x + BAR_WIDTH + 5, y + 3.2, SIZE, Palette.INK, Anchor.START);
        labelled = y;
      }
    }
    canvas.stroke(
        new Rectangle2D.Double(x, area.getY(), BAR_WIDTH, area.getHeight()), Palette.INK, 0.8f);
    canvas.text(
        Label.of(scale.logarithmic() ? "Loss (log)" : "Loss"),
        x,
        area.getY() - 5,
        SIZE,
        Palette.INK,
        Anchor.START);
  }
}
