package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.TrainingLog.Curvature;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DensityPanelTest {
  /** Not where the axis has a line. */
  private static final double EIGENVALUE = 20;

  private final BufferedImage image = new BufferedImage(400, 400, BufferedImage.TYPE_INT_RGB);

  private Plane draw(Curvature... curvature) throws IOException {
    Graphics2D graphics = image.createGraphics();
    graphics.setBackground(Palette.PAPER);
    graphics.clearRect(0, 0, 400, 400);
    DensityPanel panel = new DensityPanel(List.of(curvature), 1000, List.of(), new Typeface());
    Canvas canvas = new Canvas(graphics, (label, x, y, style) -> {});
    Plane plane =
        panel.draw(canvas, new Rectangle2D.Double(50, 50, 300, 300), LinearAxis.of(-1, 7, 4));
    graphics.dispose();
    return plane;
  }

  private static Curvature at(int epoch, Run... runs) {
    return new Curvature(
        epoch,
        1,
        new Eigenvalues("lanczos", true, 2, List.of(new Eigenvalue(10, 0)), List.of()),
        new Trace("hutchinson", true, 2, 2, 1, 0.1),
        List.of(runs),
        4,
        1);
  }

  private Color color(Plane plane, double epoch, double eigenvalue) {
    return new Color(
        image.getRGB((int) Math.round(plane.x(epoch)), (int) Math.round(plane.y(eigenvalue))));
  }

  /** The sum of a colour's components, less the darker it is. */
  private static int brightness(Color color) {
    return color.getRed() + color.getGreen() + color.getBlue();
  }

  @Test
  void aColumnReachesHalfWayToItsNeighbours() throws IOException {
    Plane plane =
        draw(
            at(0, Samples.run(EIGENVALUE)),
            at(2, Samples.run(-EIGENVALUE)),
            at(6, Samples.run(EIGENVALUE)));
    for (double epoch : new double[] {-0.9, 0.9, 4.1, 6.9}) {
      assertThat(color(plane, epoch, EIGENVALUE)).isNotEqualTo(Palette.PAPER);
      assertThat(color(plane, epoch, -EIGENVALUE)).isEqualTo(Palette.PAPER);
    }
    for (double epoch : new double[] {1.1, 3.9}) {
      assertThat(color(plane, epoch, -EIGENVALUE)).isNotEqualTo(Palette.PAPER);
      assertThat(color(plane, epoch, EIGENVALUE)).isEqualTo(Palette.PAPER);
    }
  }

  @Test
  void aLoneMeasurementIsAnEpochWide() throws IOException {
    Plane plane = draw(at(3, Samples.run(EIGENVALUE)));
    assertThat(color(plane, 2.6, EIGENVALUE))
        .isEqualTo(color(plane, 3.4, EIGENVALUE))
        .isNotEqualTo(Palette.PAPER);
    assertThat(color(plane, 2.4, EIGENVALUE))
        .isEqualTo(color(plane, 3.6, EIGENVALUE))
        .isEqualTo(Palette.PAPER);
  }

  @Test
  void moreEigenvaluesAreDarker() throws IOException {
    Plane plane =
        draw(at(3, Run.of(new double[] {-10, 0.1, 1, 10}, new double[] {1e-3, 0.1, 0.9, 1e-2})));
    List<Integer> ascending =
        List.of(-10.0, 10.0, 0.1, 1.0).stream()
            .map(eigenvalue -> brightness(color(plane, 3, eigenvalue)))
            .toList();
    assertThat(ascending)
        .isSortedAccordingTo((a, b) -> Integer.compare(b, a))
        .doesNotHaveDuplicates();
  }

  @Test
  void runsAreAveraged() throws IOException {
    Plane one = draw(at(3, Samples.run(-10, 10)));
    Color mean = color(one, 3, 10);
    Plane two = draw(at(3, Samples.run(-10), Samples.run(10)));
    assertThat(color(two, 3, 10)).isEqualTo(color(two, 3, -10)).isEqualTo(mean);
  }
}
