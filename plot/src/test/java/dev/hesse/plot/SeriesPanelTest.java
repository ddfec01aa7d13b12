package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.plot.Series.Sample;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesPanelTest {
  private static final Rectangle2D AREA = new Rectangle2D.Double(50, 50, 300, 300);

  private static Plane draw(Sample... samples) throws IOException {
    Graphics2D graphics = new BufferedImage(400, 400, BufferedImage.TYPE_INT_RGB).createGraphics();
    Series series = new Series(Label.of("a"), Palette.INK, true, List.of(samples));
    SeriesPanel panel = new SeriesPanel(Label.of("A"), 1, List.of(series), new Typeface());
    Canvas canvas = new Canvas(graphics, (label, x, y, style) -> {});
    Plane plane = panel.draw(canvas, AREA, LinearAxis.of(-1, 7, 4));
    graphics.dispose();
    return plane;
  }

  /** Of a largest value of 20 the axis is linear, of 1000 logarithmic. */
  @ParameterizedTest
  @ValueSource(doubles = {20, 1000})
  void errorBarsAreWithinTheArea(double largest) throws IOException {
    Plane plane = draw(new Sample(0, 10, 4), new Sample(1, largest, 0.4 * largest));
    assertThat(plane.vertical() instanceof LogAxis).isEqualTo(largest > 100);
    assertThat(plane.y(1.4 * largest)).isBetween(AREA.getY(), AREA.getY() + 30);
    assertThat(plane.y(6)).isBetween(AREA.getMaxY() - 30, AREA.getMaxY());
  }

  @Test
  void anErrorBarThatReachesZeroLeavesRoomForTheOthers() throws IOException {
    Plane plane = draw(new Sample(0, 10, 10), new Sample(1, 1000, 0));
    assertThat(plane.vertical()).isInstanceOf(LogAxis.class);
    // The values are two powers of ten apart, and the axis is hardly longer than that.
    assertThat(plane.y(10) - plane.y(1000)).isGreaterThan(AREA.getHeight() / 2);
  }
}
