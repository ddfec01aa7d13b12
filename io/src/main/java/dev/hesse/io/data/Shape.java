package dev.hesse.io.data;

import java.util.Arrays;
import java.util.Locale;

/** The classes of {@link ShapeImages}: figures within about the unit circle. */
enum Shape {
  DISK,
  RING,
  CRESCENT,
  TRIANGLE,
  SQUARE,
  PENTAGON,
  STAR,
  CROSS,
  CORNER,
  BARS;

  private static final double[][] THREE_NORMALS = normals(3);
  private static final double[][] FIVE_NORMALS = normals(5);

  /** Negative inside, positive outside; close to the outline, the distance to it. */
  double distance(double x, double y) {
    return switch (this) {
      case DISK -> radius(x, y) - 0.85;
      case RING -> Math.abs(radius(x, y) - 0.75) - 0.22;
      case CRESCENT -> Math.max(radius(x, y) - 1, 0.75 - radius(x - 0.5, y));
      case TRIANGLE -> heights(THREE_NORMALS, x, y)[2] - 0.55;
      case SQUARE -> box(x, y, 0.75, 0.75);
      case PENTAGON -> heights(FIVE_NORMALS, x, y)[4] - 0.8;
      case STAR -> heights(FIVE_NORMALS, x, y)[3] - 0.36; // may lie beyond one of its five lines
      case CROSS -> Math.min(box(x, y, 1, 0.32), box(x, y, 0.32, 1));
      case CORNER -> Math.min(box(x, y + 0.6, 0.85, 0.28), box(x + 0.57, y, 0.28, 0.88));
      case BARS -> box(Math.abs(x) - 0.6, y, 0.26, 0.9);
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static double radius(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }

  private static double box(double x, double y, double halfWidth, double halfHeight) {
    return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
  }

  /** Unit vectors at equal angles. */
  private static double[][] normals(int count) {
    double[][] normals = new double[count][];
    for (int i = 0; i < count; i++) {
      double angle = 2 * Math.PI * i / count;
      normals[i] = new double[] {StrictMath.cos(angle), StrictMath.sin(angle)};
    }
    return normals;
  }

  /** The point's coordinates along each normal, in ascending order. */
  private static double[] heights(double[][] normals, double x, double y) {
    double[] heights = new double[normals.length];
    for (int i = 0; i < heights.length; i++) {
      heights[i] = normals[i][0] * x + normals[i][1] * y;
    }
    Arrays.sort(heights);
    return heights;
  }
}
