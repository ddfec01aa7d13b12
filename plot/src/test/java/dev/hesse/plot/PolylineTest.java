package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.Point2D;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolylineTest {

  @Test
  void thinningKeepsEveryPeakAndBothEnds() {
    List<Point2D> points =
        IntStream.range(0, 10_000)
            .<Point2D>mapToObj(
                i -> new Point2D.Double(i * 0.01, i == 5003 ? 100 : i == 7777 ? -100 : 0))
            .toList();
    List<Point2D> thinned = Polyline.thinned(points);

    assertThat(thinned)
        .contains(points.get(0), points.get(9_999), points.get(5_003), points.get(7_777))
        .isSubsetOf(points)
        .hasSizeLessThan(4 * 101) // 100 columns of one point
        .isSortedAccordingTo((a, b) -> Double.compare(a.getX(), b.getX()));
  }

  @Test
  void sparsePointsAllStay() {
    List<Point2D> points =
        List.of(new Point2D.Double(0, 1), new Point2D.Double(1, 5), new Point2D.Double(2, 3));
    assertThat(Polyline.thinned(points)).isEqualTo(points);
  }
}
