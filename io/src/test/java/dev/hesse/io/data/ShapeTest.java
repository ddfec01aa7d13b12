package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ShapeTest {
  private static final int CELLS = 1000;
  private static final double CELL = 2.6 / CELLS;

  /** A cell counts by its centre, so each piece of outline is off by half a cell at most. */
  private static final double LONGEST_OUTLINE = 12;

  private static double centre(int cell) {
    return (cell + 0.5) * CELL - 1.3;
  }

  @ParameterizedTest
  @CsvSource({
    "DISK, 2.2698", // π 0.85²
    "RING, 2.0735", // π (0.97² − 0.53²)
    "CRESCENT, 1.6662", // π less the lens that circles of radius 1 and 0.75 share at distance 0.5
    "TRIANGLE, 1.5718", // 3 tan 60° 0.55²
    "SQUARE, 2.25", // 1.5²
    "PENTAGON, 2.3249", // 5 tan 36° 0.8²
    "STAR, 1.5235", // 5 sin 36° 0.36² / (cos 36° cos 72°)
    "CROSS, 2.1504", // 2 · 2 · 0.64 − 0.64²
    "CORNER, 1.624", // 1.7 · 0.56 + 1.76 · 0.56 − 0.56²
    "BARS, 1.872", // 2 · 0.52 · 1.8
  })
  void hasTheAreaOfItsFigure(Shape shape, double area) {
    int inside = 0;
    for (int i = 0; i < CELLS; i++) {
      for (int j = 0; j < CELLS; j++) {
        if (shape.distance(centre(i), centre(j)) < 0) {
          inside++;
        }
      }
    }
    assertThat(inside * CELL * CELL).isCloseTo(area, within(LONGEST_OUTLINE * CELL / 2));
  }

  /** Edges would be too sharp otherwise. */
  @ParameterizedTest
  @EnumSource
  void neverExceedsTheDistanceToTheOutline(Shape shape) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      double x = random.nextDouble(-2, 2);
      double y = random.nextDouble(-2, 2);
      double dx = random.nextDouble(-1, 1);
      double dy = random.nextDouble(-1, 1);
      assertThat(Math.abs(shape.distance(x + dx, y + dy) - shape.distance(x, y)))
          .isLessThanOrEqualTo(Math.hypot(dx, dy) + 1e-14); // a few roundings of numbers below 4
    }
  }
}
