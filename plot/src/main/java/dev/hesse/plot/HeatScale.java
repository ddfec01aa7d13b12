package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.Color;
import java.awt.geom.Rectangle2D;

/**
 * Colours for densities, two to a power of ten, darker where the density is greater.
 *
 * @param decades below which the page stays white, and which no density exceeds
 */
record HeatScale(Decades decades) {
  private static final int LEVELS_PER_DECADE = 2;
  private static final double SWATCH_WIDTH = 7;
  private static final double SWATCH_HEIGHT = 7;
  private static final double LEAST_SWATCH = 1;
  private static final double WIDEST_LABEL = 22;
  private static final double GAP = 4;
  private static final float LABEL_SIZE = 9;

  int levels() {
    return LEVELS_PER_DECADE * (decades.ceiling() - decades.floor());
  }

  /** The density from which on a level's colour is due, level from 0. */
  double threshold(int level) {
    return Math.pow(10, decades.floor() + level / (double) LEVELS_PER_DECADE);
  }

  Color color(int level) {
    return shade((level + 0.5) / levels());
  }

  /** From the faintest colour at 0 to the darkest at 1. */
  static Color shade(double place) {
    return place < 0.5
        ? Palette.mixed(Palette.FAINTEST, Palette.DENSITY, 2 * place)
        : Palette.mixed(Palette.DENSITY, Palette.DARKEST, 2 * place - 1);
  }

  /** Draws the colours in a row with the ends' powers of ten, on a text's baseline. */
  void draw(
      Canvas canvas, Typeface typeface, Label name, double left, double right, double baseline) {
    Label highest = power(decades.ceiling());
    canvas.text(highest, right, baseline, LABEL_SIZE, Palette.INK, Anchor.END);
    double end = right - WIDEST_LABEL;
    Label lowest = name.then(" ").then(power(decades.floor()));
    double space = end - GAP - typeface.width(lowest, LABEL_SIZE) - left;
    double width = Math.max(LEAST_SWATCH, Math.min(SWATCH_WIDTH, space / levels()));
    double start = end - width * levels();
    for (int level = 0; level < levels(); level++) {
      canvas.fill(
          new Rectangle2D.Double(
              start + width * level,
              baseline - SWATCH_HEIGHT,
              width * (levels() - level),
              SWATCH_HEIGHT),
          color(level));
    }
    canvas.text(lowest, start - GAP, baseline, LABEL_SIZE, Palette.INK, Anchor.END);
  }

  private static Label power(int exponent) {
    return Label.of("10").sup(Numerals.whole(exponent));
  }
}
