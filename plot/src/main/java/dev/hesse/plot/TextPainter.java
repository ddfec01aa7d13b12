package dev.hesse.plot;

import java.awt.Color;

/**
 * Draws text, which {@link java.awt.Graphics2D} alone does too crudely for SVG: there, a line with
 * raised parts is to stay one element, placed by the viewer, whatever typeface that has.
 */
interface TextPainter {

  /** Which point of a text its position is. */
  enum Anchor {
    START(0, "start"),
    MIDDLE(0.5, "middle"),
    END(1, "end");

    private final double fraction;
    private final String svgName;

    Anchor(double fraction, String svgName) {
      this.fraction = fraction;
      this.svgName = svgName;
    }

    /** How much of a text's width lies before its position. */
    double fraction() {
      return fraction;
    }

    String svgName() {
      return svgName;
    }
  }

  /**
   * How a text is set.
   *
   * @param size of the font, in points
   * @param upward whether it reads from bottom to top
   */
  record Style(float size, Color color, Anchor anchor, boolean upward) {}

  /** Draws a label, its baseline at the given point. */
  void draw(Label label, double x, double y, Style style);
}
