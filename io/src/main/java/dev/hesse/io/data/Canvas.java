package dev.hesse.io.data;

import java.util.function.DoubleSupplier;

/** An image that is painted layer over layer, with smooth edges. */
final class Canvas {
  static final int SIDE = CifarFormat.SIDE;
  private static final int PLANE = SIDE * SIDE;

  private final double[] planes = new double[CifarFormat.PIXEL_BYTES];

  /** A part of the plane, in pixels; pixel centres are at whole numbers. */
  @FunctionalInterface
  interface Region {
    /** Negative inside, positive outside; close to the edge, the distance to it. */
    double distance(double x, double y);
  }

  /**
   * Two colours that pass into each other along a direction, forth and back in each period.
   *
   * @param dx periods per pixel to the right
   * @param dy periods per pixel down
   * @param phase periods at the origin
   */
  record Stripes(Colour one, Colour other, double dx, double dy, double phase) {
    private double share(double x, double y) {
      double periods = dx * x + dy * y + phase;
      return Math.abs(2 * (periods - Math.floor(periods)) - 1);
    }
  }

  /** Components from 0 to 1. */
  record Colour(double red, double green, double blue) {}

  /** Covers a region; a pixel at its edge is covered in part. */
  void paint(Region region, Stripes stripes) {
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double cover = Math.min(1, 0.5 - region.distance(column, row));
        if (cover > 0) {
          double share = stripes.share(column, row);
          int pixel = row * SIDE + column;
          blend(pixel, cover, stripes.other().red(), stripes.one().red(), share);
          blend(PLANE + pixel, cover, stripes.other().green(), stripes.one().green(), share);
          blend(2 * PLANE + pixel, cover, stripes.other().blue(), stripes.one().blue(), share);
        }
      }
    }
  }

  private void blend(int at, double cover, double from, double to, double share) {
    double paint = from + share * (to - from);
    planes[at] += cover * (paint - planes[at]);
  }

  /** The red, green and blue plane in bytes, after {@code noise} is added to each component. */
  byte[] bytes(DoubleSupplier noise) {
    byte[] bytes = new byte[planes.length];
    for (int i = 0; i < bytes.length; i++) {
      double value = Math.max(0, Math.min(1, planes[i] + noise.getAsDouble()));
      bytes[i] = (byte) (255 * value + 0.5);
    }
    return bytes;
  }
}
