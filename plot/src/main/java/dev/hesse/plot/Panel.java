package dev.hesse.plot;

import java.awt.geom.Rectangle2D;

/** One of the diagrams that a training figure stacks above a common axis of epochs. */
sealed interface Panel permits SeriesPanel, DensityPanel {
  /** The height of its area, in points, where the figure's is not chosen. */
  double height();

  /** How much of the height above the area it needs for a line of text. */
  double headroom();

  /** The last numbers that it shows. */
  String description();

  /** Draws all but the axis of epochs; returns where that is to be. */
  Plane draw(Canvas canvas, Rectangle2D area, LinearAxis epochs);
}
