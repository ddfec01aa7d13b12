package dev.hesse.plot;

import java.awt.geom.Rectangle2D;

/** One of the diagrams that a figure stacks above a common axis. */
sealed interface Panel permits SeriesPanel, DensityPanel, OverlaidDensities {
  /** The height of its area, in points, where the figure's is not chosen. */
  double height();

  /** The height of the text above an area of such a width. */
  double above(double width);

  /** The numbers that it shows, or some of them where there are many. */
  String description();

  /** Draws all but the common axis, and the text above the area; returns the axes. */
  Plane draw(Canvas canvas, Rectangle2D area, Axis horizontal);
}
