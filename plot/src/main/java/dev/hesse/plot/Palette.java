package dev.hesse.plot;

import java.awt.Color;

/** The figure's colours, told apart by readers who are colour-blind. */
final class Palette {
  static final Color INK = new Color(0x22, 0x22, 0x22);
  static final Color SUBTITLE = new Color(0x5c, 0x5c, 0x5c);
  static final Color GRID = new Color(0xe6, 0xe6, 0xe6);
  static final Color PAPER = Color.WHITE;
  static final Color DENSITY = new Color(0x00, 0x5a, 0x9c);
  static final Color UNDER_DENSITY = new Color(0x00, 0x5a, 0x9c, 28);
  static final Color BAND = new Color(0x00, 0x5a, 0x9c, 70);
  static final Color TOP = new Color(0xc8, 0x4a, 0x00);
  static final Color BOTTOM = new Color(0x00, 0x7d, 0x5c);
  static final Color FAINTEST = new Color(0xe8, 0xf1, 0xf8);
  static final Color DARKEST = new Color(0x00, 0x1a, 0x33);

  private Palette() {}
}
