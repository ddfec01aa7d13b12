package dev.hesse.plot;

import java.awt.geom.Rectangle2D;

/** One of the diagrams that a training figure stacks above a common axis of epochs. */
sealed interface Panel permits SeriesPanel, DensityPanel {
  /** The height of its area, in points, where the figure's is not chosen. */
  double height();

  /** The last numbers that it shows. */
  String description();

  /** Draws all but the axis of epochs, and a row of text above the area; returns the axes. */
  Plane draw(Canvas canvas, Rectangle2D area, LinearAxis epochs);
}
