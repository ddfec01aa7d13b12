package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContoursTest {
  /** On the unit grid: the first index is x, the second y. */
  private static Contours grid(int rows, int columns, Double... values) {
    return new Contours(
        rows,
        columns,
        List.of(values),
        number -> new Point2D.Double((double) (number / columns), (double) (number % columns)));
  }

  /** The shoelace formula over every polygon of a path. */
  private static double area(Path2D path) {
    double doubled = 0;
    for (List<Point2D> polygon : polygons(path)) {
      double one = 0;
      for (int i = 0; i < polygon.size(); i++) {
        Point2D a = polygon.get(i);
        Point2D b = polygon.get((i + 1) % polygon.size());
        one += a.getX() * b.getY() - b.getX() * a.getY();
      }
      doubled += Math.abs(one);
    }
    return doubled / 2;
  }

  private static List<List<Point2D>> polygons(Path2D path) {
    List<List<Point2D>> polygons = new ArrayList<>();
    double[] point = new double[6];
    for (PathIterator it = path.getPathIterator(null); !it.isDone(); it.next()) {
      int type = it.currentSegment(point);
      if (type == PathIterator.SEG_MOVETO) {
        polygons.add(new ArrayList<>());
      }
      if (type != PathIterator.SEG_CLOSE) {
        polygons.get(polygons.size() - 1).add(new Point2D.Double(point[0], point[1]));
      }
    }
    return polygons;
  }

  @Test
  void regionsOfARampHaveItsArea() {
    Contours ramp = grid(3, 3, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0);
    assertThat(area(ramp.region(-1))).isEqualTo(4);
    assertThat(area(ramp.region(0.5))).isCloseTo(3, within(1e-15));
    assertThat(area(ramp.region(1.75))).isCloseTo(0.5, within(1e-15));
    assertThat(ramp.region(3).getCurrentPoint()).isNull();
    assertThat(polygons(ramp.line(0.5)))
        .allSatisfy(
            segment -> assertThat(segment).allSatisfy(p -> assertThat(p.getX()).isEqualTo(0.5)))
        .hasSize(2);
  }

  @Test
  void aSaddlesCornersAreJoinedByItsMean() {
    Contours low = grid(2, 2, 1.0, 0.0, 0.0, 1.0);
    // Each corner above 0.75 is a triangle of sides a quarter.
    assertThat(area(low.region(0.75))).isCloseTo(2 * 0.25 * 0.25 / 2, within(1e-15));
    assertThat(area(low.region(0.25))).isCloseTo(1 - 2 * 0.25 * 0.25 / 2, within(1e-15));
    for (double level : new double[] {0.25, 0.75}) {
      for (List<Point2D> segment : polygons(low.line(level))) {
        assertThat(segment.get(0).distance(segment.get(1)))
            .isCloseTo(0.25 * Math.sqrt(2), within(1e-15));
      }
    }
    Contours turned = grid(2, 2, 0.0, 1.0, 1.0, 0.0);
    assertThat(area(turned.region(0.75))).isCloseTo(2 * 0.25 * 0.25 / 2, within(1e-15));
    for (List<Point2D> segment : polygons(turned.line(0.25))) {
      assertThat(segment.get(0).distance(segment.get(1)))
          .isCloseTo(0.25 * Math.sqrt(2), within(1e-15));
    }
  }

  @Test
  void cellsWithoutAValueAreLeftOut() {
    Contours hole = grid(2, 3, 1.0, 1.0, Double.NaN, 1.0, 1.0, 1.0);
    assertThat(area(hole.region(0))).isEqualTo(1);
    assertThat(hole.line(2).getCurrentPoint()).isNull();
  }
}
