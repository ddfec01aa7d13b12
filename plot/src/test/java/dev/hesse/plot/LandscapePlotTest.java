package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.Landscape;
import dev.hesse.plot.LandscapePlot.View;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LandscapePlotTest {
  private static final Pattern LOSS_LINE =
      Pattern.compile("<g style='[^']*stroke:rgb\\(0,90,156\\)[^>]*><path d='([^']*)'");

  @TempDir Path folder;

  private String svg(Landscape landscape, View view) throws IOException {
    Path file = folder.resolve("landscape.svg");
    LandscapePlot.writeSvg(landscape, view, FigureOptions.DEFAULT, file);
    return Files.readString(file);
  }

  private BufferedImage image(Landscape landscape, View view) throws IOException {
    Path file = folder.resolve("landscape.pdf");
    LandscapePlot.writePdf(landscape, view, FigureOptions.DEFAULT, file);
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
      assertThat(document.getDocumentInformation().getTitle())
          .isEqualTo("Loss landscape of ResNet20");
      assertThat(new PDFTextStripper().getText(document)).contains("net.pkl, 272,474 parameters");
      return new PDFRenderer(document).renderImage(0, 2);
    }
  }

  @Test
  void aCurveHasLossModelAndAccuracy() throws IOException {
    Landscape curve = LandscapeSamples.curve(51);
    String svg = svg(curve, View.PLAN);
    assertThat(Drawing.texts(svg))
        .contains(
            "Loss landscape of ResNet20",
            "net.pkl, 272,474 parameters; 200 examples of cifar-10-batches-bin (train)",
            "Loss",
            "quadratic model, curvature 20",
            "loss, at the weights 0.1",
            "Accuracy in %",
            "accuracy, at the weights 90 %",
            "Along eigenvector 1, λ = 20");
    assertThat(svg).contains("stroke-dasharray", "<title>Loss landscape of ResNet20</title>");
    BufferedImage image = image(curve, View.PLAN);
    // Lines over some 400 points, 1.2 wide, at 4 pixels a square point; four sevenths of the loss
    // are under dashes, of which the rest is gaps.
    assertThat(Drawing.pixels(image, Palette.DENSITY)).isGreaterThan(500);
    assertThat(Drawing.pixels(image, Palette.BOTTOM)).isGreaterThan(1000);
    assertThat(Drawing.pixels(image, Palette.TOP)).isGreaterThan(300);
  }

  @Test
  void aLossThatIsNotFiniteIsAGap() throws IOException {
    List<Double> losses = Stream.of(4.0, 1.0, Double.NaN, 1.0, 4.0, 5.0, 6.0).toList();
    Landscape broken =
        LandscapeSamples.landscape(
            List.of(LandscapeSamples.axis("d", 1, 7)), losses, List.of(), null);
    String svg = svg(broken, View.PLAN);
    assertThat(svg).doesNotContain("NaN", "Infinity");
    assertThat(Drawing.texts(svg)).doesNotContain("Accuracy in %");
    List<Integer> vertices =
        LOSS_LINE
            .matcher(svg)
            .results()
            .map(line -> line.group(1).split("[ML]").length - 1)
            .toList();
    assertThat(vertices).startsWith(2, 4);
  }

  @Test
  void aPlaneIsColouredByLoss() throws IOException {
    Landscape bowl = LandscapeSamples.bowl(25);
    String svg = svg(bowl, View.PLAN);
    assertThat(Drawing.texts(svg))
        .contains(
            "Along eigenvector 1, λ = 20",
            "Along eigenvector 2, λ = 20",
            "quadratic model, at the same losses",
            "Loss",
            "0.5",
            "3.5");
    BufferedImage image = image(bowl, View.PLAN);
    LossLevels levels = LossLevels.of(LossScale.of(bowl.losses()));
    assertThat(levels.values()).hasSizeBetween(6, 15);
    // The plane has some 350 points a side. Below 0.5 lies an ellipse of half-axes 0.2 and 0.28, of
    // which a sixth of the side and more is crossed by no line.
    assertThat(Drawing.pixels(image, levels.color(-1))).isGreaterThan(10_000);
    for (int level = 0; level < levels.values().size() - 1; level++) {
      assertThat(Drawing.pixels(image, levels.color(level))).as("level %d", level).isPositive();
    }
    assertThat(Drawing.pixels(image, Palette.TOP)).isGreaterThan(200);
  }

  @Test
  void aPlanesAxesAreFirstAcrossAndSecondUp() throws IOException {
    Landscape ramp = LandscapeSamples.plane(5, 1, (a, b) -> 10 + 3 * a + b / 10);
    BufferedImage image = image(ramp, View.PLAN);
    int middle = image.getHeight() / 2;
    int left = new Color(image.getRGB(2 * 70, middle)).getRed();
    int right = new Color(image.getRGB(2 * 410, middle)).getRed();
    assertThat(left).isGreaterThan(right + 100);
  }

  @Test
  void aSurfaceIsPaintedFromTheBack() throws IOException {
    Landscape bowl = LandscapeSamples.bowl(25);
    String svg = svg(bowl, View.SURFACE);
    assertThat(Drawing.texts(svg)).contains("Along eigenvector 1, λ = 20", "Loss");
    assertThat(svg.split("fill:rgb").length).isGreaterThan(24 * 24);
    BufferedImage image = image(bowl, View.SURFACE);
    LossLevels levels = LossLevels.of(LossScale.of(bowl.losses()));
    // The bowl's bottom, seen into from above, and its front rim from outside.
    assertThat(Drawing.pixels(image, levels.color(-1))).isGreaterThan(500);
    assertThat(Drawing.pixels(image, levels.color(levels.values().size() - 2))).isGreaterThan(500);
  }

  static Stream<Arguments> landscapes() {
    double none = Double.NaN;
    return Stream.of(
        arguments("two points", LandscapeSamples.plane(2, 1, (a, b) -> 1 + a * b)),
        arguments("constant", LandscapeSamples.plane(3, 1, (a, b) -> 2)),
        arguments("zero", LandscapeSamples.plane(3, 1, (a, b) -> 0)),
        arguments("tiny", LandscapeSamples.plane(3, 1, (a, b) -> Double.MIN_VALUE * (a + 2))),
        arguments("huge", LandscapeSamples.plane(3, 1, (a, b) -> 1e99 * (1 + a))),
        arguments("beyond", LandscapeSamples.plane(3, 1, (a, b) -> a == 0 ? 1 : 1e300)),
        arguments("negative", LandscapeSamples.plane(5, 1, (a, b) -> -3 + a * a - b * b)),
        arguments("explosive", LandscapeSamples.plane(9, 1, (a, b) -> Math.exp(60 * a * a + b))),
        arguments("small range", LandscapeSamples.plane(9, 1e-9, (a, b) -> 1e18 * (a * a + b * b))),
        arguments("large range", LandscapeSamples.plane(9, 1e9, (a, b) -> a * a + b * b)),
        arguments("holes", LandscapeSamples.plane(9, 1, (a, b) -> a > b ? none : 1 + a * a + b)),
        arguments("fine", LandscapeSamples.bowl(151)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("landscapes")
  void drawsThem(String name, Landscape plane) throws IOException {
    for (View view : View.values()) {
      String svg = svg(plane, view);
      assertThat(svg.contains("NaN") || svg.contains("Infinity")).isFalse();
      assertThat(Drawing.texts(svg)).contains("Loss landscape of ResNet20");
      // A figure of a megabyte or two is what the finest of these may take.
      assertThat(svg.length()).isLessThan(3_000_000);
      image(plane, view);
    }
  }

  @Test
  void mostlyLowLossesHaveALogarithmicScale() {
    assertThat(LossScale.of(LandscapeSamples.bowl(25).losses()).logarithmic()).isFalse();
    LossScale scale = LossScale.of(List.of(1.0, 1.0, 10.0, 1000.0, Double.NaN));
    assertThat(scale.logarithmic()).isTrue();
    assertThat(scale.place(1)).isZero();
    assertThat(scale.place(1000)).isEqualTo(1);
    assertThat(scale.levels()).contains(10.0, 100.0).allMatch(level -> level > 1 && level < 1000);
  }

  @Test
  void theSameLandscapeGivesTheSameBytes() throws IOException {
    assertThat(svg(LandscapeSamples.bowl(9), View.PLAN))
        .isEqualTo(svg(LandscapeSamples.bowl(9), View.PLAN));
    Path file = folder.resolve("landscape.pdf");
    image(LandscapeSamples.bowl(9), View.SURFACE);
    byte[] first = Files.readAllBytes(file);
    image(LandscapeSamples.bowl(9), View.SURFACE);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  @Test
  void nothingFiniteLeavesNoFile() {
    Landscape nothing =
        LandscapeSamples.landscape(
            List.of(LandscapeSamples.axis("d", 1, 3)),
            Collections.nCopies(3, Double.NaN),
            List.of(),
            null);
    assertThatThrownBy(() -> svg(nothing, View.PLAN))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no finite loss to draw");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatDoesNotApplyIsRefused() {
    Path file = folder.resolve("landscape.svg");
    Landscape curve = LandscapeSamples.curve(5);
    assertThatThrownBy(
            () -> LandscapePlot.writeSvg(curve, View.SURFACE, FigureOptions.DEFAULT, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected two dimensions for a surface, got one");
    assertThatThrownBy(
            () ->
                LandscapePlot.writeSvg(curve, View.PLAN, FigureOptions.DEFAULT.withSigma2(1), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected no variance for a landscape, got 1.0");
  }
}
