package dev.hesse.plot;

import java.awt.Color;
import java.util.List;

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

  /** Of lines of equal rank, in the order in which they are taken. */
  static final List<Color> HUES =
      List.of(DENSITY, TOP, BOTTOM, new Color(0x8a, 0x3c, 0x8c), new Color(0x7d, 0x62, 0x00));

  /** From first to last ever darker, so that grey tells them apart too. */
  private static final List<Color> SEQUENCE =
      List.of(
          new Color(0xe8, 0xa2, 0x2a), new Color(0xc2, 0x41, 0x6c), new Color(0x1f, 0x14, 0x63));

  private Palette() {}

  /** Of so many colours for what follows one another, the one at an index. */
  static Color sequence(int index, int count) {
    return between(SEQUENCE, index, count);
  }

  /** Of so many shades of a colour, from light to dark, the one at an index. */
  static Color shade(Color hue, int index, int count) {
    if (count == 1) {
      return hue;
    }
    return between(
        List.of(mixed(hue, PAPER, 0.55), hue, mixed(hue, Color.BLACK, 0.7)), index, count);
  }

  /** First, middle and last are given; of one alone it is the last. */
  private static Color between(List<Color> colors, int index, int count) {
    double place = count == 1 ? 2 : 2.0 * index / (count - 1);
    return place < 1
        ? mixed(colors.get(0), colors.get(1), place)
        : mixed(colors.get(1), colors.get(2), place - 1);
  }

  /** A colour from one at 0 to another at 1. */
  static Color mixed(Color from, Color to, double part) {
    return new Color(
        (int) Math.round(from.getRed() + part * (to.getRed() - from.getRed())),
        (int) Math.round(from.getGreen() + part * (to.getGreen() - from.getGreen())),
        (int) Math.round(from.getBlue() + part * (to.getBlue() - from.getBlue())));
  }
}
