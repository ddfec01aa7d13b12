package dev.hesse.io.data;

import dev.hesse.io.data.Canvas.Colour;
import dev.hesse.io.data.Canvas.Region;
import dev.hesse.io.data.Canvas.Stripes;
import java.util.SplittableRandom;

/**
 * Draws one image of {@link ShapeImages}: a background, strokes, the shape, strokes over it, and
 * noise. All lengths are in pixels, all angles in radians.
 */
final class Scene {
  private static final double CENTRE = (Canvas.SIDE - 1) / 2.0;
  private static final double SMALLEST_RADIUS = 6;
  private static final double LARGEST_RADIUS = 12;
  private static final double LARGEST_ROTATION = 0.5;
  private static final double LARGEST_STRETCH = 1.3;

  /** How much of the radius must fit into the image to all sides. */
  private static final double VISIBLE = 0.7;

  /** Components of the shape are above the first, those of all else below the second. */
  private static final double DARKEST_SHAPE = 0.42;

  private static final double BRIGHTEST_GROUND = 0.58;

  /** How far the second colour of stripes is from the first, of the way to another colour. */
  private static final double STRIPE_CONTRAST = 0.3;

  private static final double SMALLEST_NOISE = 0.05;
  private static final double LARGEST_NOISE = 0.15;

  /** Of the sum of four uniform 16-bit numbers. */
  private static final double SUM_MEAN = 2 * 0xFFFF;

  private static final double SUM_DEVIATION = Math.sqrt((0x1p32 - 1) / 3);

  private final SplittableRandom random;
  private final Canvas canvas = new Canvas();

  private Scene(SplittableRandom random) {
    this.random = random;
  }

  /** The planes of an image of the shape. */
  static byte[] draw(Shape shape, SplittableRandom random) {
    return new Scene(random).draw(shape);
  }

  private byte[] draw(Shape shape) {
    canvas.paint((x, y) -> -1, stripes(0, BRIGHTEST_GROUND));
    strokes((int) between(1, 4));
    canvas.paint(placed(shape), stripes(DARKEST_SHAPE, 1));
    strokes((int) between(0, 2));
    double deviation = between(SMALLEST_NOISE, LARGEST_NOISE);
    return canvas.bytes(() -> deviation * nearlyGaussian());
  }

  private Region placed(Shape shape) {
    double radius = between(SMALLEST_RADIUS, LARGEST_RADIUS);
    double slack = CENTRE - VISIBLE * radius;
    double centreX = CENTRE + between(-slack, slack);
    double centreY = CENTRE + between(-slack, slack);
    double stretch = between(1, LARGEST_STRETCH);
    double angle = between(-LARGEST_ROTATION, LARGEST_ROTATION);
    double cosine = StrictMath.cos(angle) / radius;
    double sine = StrictMath.sin(angle) / radius;
    return (x, y) -> {
      double u = (x - centreX) * cosine + (y - centreY) * sine;
      double v = (y - centreY) * cosine - (x - centreX) * sine;
      return radius * shape.distance(u, stretch * v);
    };
  }

  private void strokes(int count) {
    for (int i = 0; i < count; i++) {
      canvas.paint(stroke(), stripes(0, BRIGHTEST_GROUND));
    }
  }

  /** A line with round ends. */
  private Region stroke() {
    double startX = between(0, Canvas.SIDE);
    double startY = between(0, Canvas.SIDE);
    double angle = between(0, 2 * Math.PI);
    double length = between(6, 24);
    double halfWidth = between(0.7, 2);
    double cosine = StrictMath.cos(angle);
    double sine = StrictMath.sin(angle);
    return (x, y) -> {
      double along = (x - startX) * cosine + (y - startY) * sine;
      double nearest = Math.max(0, Math.min(length, along));
      double awayX = x - startX - nearest * cosine;
      double awayY = y - startY - nearest * sine;
      return Math.sqrt(awayX * awayX + awayY * awayY) - halfWidth;
    };
  }

  private Stripes stripes(double low, double high) {
    Colour one = new Colour(between(low, high), between(low, high), between(low, high));
    Colour other = new Colour(nearby(one.red()), nearby(one.green()), nearby(one.blue()));
    double angle = between(0, Math.PI);
    double frequency = between(1.0 / 32, 1.0 / 4);
    return new Stripes(
        one,
        other,
        frequency * StrictMath.cos(angle),
        frequency * StrictMath.sin(angle),
        between(0, 1));
  }

  private double nearby(double component) {
    return component + STRIPE_CONTRAST * (between(0, 1) - component);
  }

  private double between(double low, double high) {
    return low + (high - low) * uniform(random);
  }

  /** A number in [0, 1), by arithmetic that no Java release changes. */
  static double uniform(SplittableRandom random) {
    return (random.nextLong() >>> 11) * 0x1p-53;
  }

  /** The standardised sum of four uniform 16-bit numbers. */
  private double nearlyGaussian() {
    long word = random.nextLong();
    long sum =
        (word & 0xFFFF) + (word >>> 16 & 0xFFFF) + (word >>> 32 & 0xFFFF) + (word >>> 48 & 0xFFFF);
    return (sum - SUM_MEAN) / SUM_DEVIATION;
  }
}
