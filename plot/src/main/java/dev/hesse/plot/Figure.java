package dev.hesse.plot;

/** A picture that any {@link Canvas} shows, with what readers that see no picture get instead. */
interface Figure {
  /** In points of 1/72 inch, or in pixels of SVG. */
  int width();

  /** In the same unit. */
  int height();

  String title();

  /** The numbers that the picture names. */
  String description();

  void draw(Canvas canvas);
}
