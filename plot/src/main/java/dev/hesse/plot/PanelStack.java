package dev.hesse.plot;

import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * Diagrams one below the other above a common axis.
 *
 * @param panels at least one
 * @param horizontal the common axis
 * @param name of the axis
 */
record PanelStack(List<Panel> panels, Axis horizontal, Label name) {
  private static final double GAP = 6;

  /** What the axis takes below the last area. */
  private static final double BOTTOM = 46;

  PanelStack {
    panels = List.copyOf(panels);
  }

  /** The height of the panels' areas where it is not chosen. */
  double areas() {
    return panels.stream().mapToDouble(Panel::height).sum();
  }

  /** The height of everything else, at a width of the areas. */
  double around(double width) {
    double above = panels.stream().mapToDouble(panel -> panel.above(width)).sum();
    return above + GAP * (panels.size() - 1) + BOTTOM;
  }

  /**
   * Draws it from a place downwards and returns where it ends.
   *
   * @param scale how many times its height an area is to have
   */
  double draw(Canvas canvas, double x, double top, double width, double scale) {
    double y = top;
    for (int i = 0; i < panels.size(); i++) {
      Panel panel = panels.get(i);
      y += panel.above(width);
      double height = scale * panel.height();
      Plane plane = panel.draw(canvas, new Rectangle2D.Double(x, y, width, height), horizontal);
      y += height;
      if (i < panels.size() - 1) {
        y += GAP;
      } else {
        Frame.drawBottom(canvas, plane, name);
      }
    }
    return y + BOTTOM;
  }
}
