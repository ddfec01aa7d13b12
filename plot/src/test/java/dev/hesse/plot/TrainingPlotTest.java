package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLogReader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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

class TrainingPlotTest {
  private static final Pattern TRAIN_LINE =
      Pattern.compile("<g style='[^']*stroke:rgb\\(0,90,156\\)[^>]*><path d='([^']*)'");

  @TempDir Path folder;

  private String svg(TrainingLog log) throws IOException {
    return svg(log, FigureOptions.DEFAULT);
  }

  private String svg(TrainingLog log, FigureOptions options) throws IOException {
    Path file = folder.resolve("training.svg");
    TrainingPlot.writeSvg(log, options, file);
    return Files.readString(file);
  }

  @Test
  void everyDiagramHasItsNameAndLastValues() throws IOException {
    String svg = svg(TrainingSamples.typical(30, 5));
    assertThat(Drawing.texts(svg))
        .contains(
            "Training of ResNet20",
            "272,474 parameters; 50,000 training and 10,000 test examples of cifar-10-batches-bin")
        .containsSubsequence(
            "Loss",
            "train 0.06667", // 2/30
            "test 0.5667",
            "Accuracy in %",
            "train 97.67", // 1 − 0.7/30
            "test 87.67",
            "Learning rate",
            "last 0.001",
            "λmax",
            "last 65.00 ± 0.25",
            "Trace",
            "last 520 ± 65",
            "−100",
            "0",
            "101",
            "Eigenvalue",
            "λmax",
            "λmin",
            "Epoch");
    assertThat(svg)
        .contains("<title>Training of ResNet20</title>")
        .contains("Loss: train 0.06667, test 0.5667; Accuracy in %: train 97.67")
        .contains("λ_max: last 65.00 ± 0.25; Trace: last 520 ± 65; Density: 7 measurements</desc>");
  }

  @Test
  void diagramsWithoutDataAreLeftOut() throws IOException {
    String plain = svg(TrainingSamples.typical(1, 0));
    assertThat(Drawing.texts(plain))
        .contains("Loss", "Accuracy in %", "Epoch")
        .doesNotContain("Learning rate", "λmax", "Trace", "Eigenvalue");
    TrainingLog initial = TrainingSamples.log(List.of(), List.of(TrainingSamples.curvature(0, 5)));
    assertThat(Drawing.texts(svg(initial)))
        .contains("λmax", "Trace", "Eigenvalue")
        .doesNotContain("Loss", "Accuracy in %");
    double unknown = Double.NaN;
    TrainingLog untested =
        TrainingSamples.log(
            List.of(new Epoch(1, 0.1, 2, 0.3, unknown, unknown, 60, 0.1)), List.of());
    assertThat(Drawing.texts(svg(untested)))
        .contains("train 2")
        .noneMatch(text -> text.startsWith("test"));
  }

  @Test
  void aLossThatIsNotFiniteIsAGap() throws IOException {
    double[] losses = {2, 1.9, 1.8, Double.NaN, 1.7, Double.POSITIVE_INFINITY, 1.6, 1.5};
    List<Epoch> epochs =
        IntStream.range(0, losses.length)
            .mapToObj(i -> TrainingSamples.epoch(i + 1, 0.1, losses[i]))
            .toList();
    String svg = svg(TrainingSamples.log(epochs, List.of()));
    List<Integer> verticesOfLosses =
        TRAIN_LINE
            .matcher(svg)
            .results()
            .limit(3)
            .map(line -> line.group(1).split("[ML]").length - 1)
            .toList();
    assertThat(verticesOfLosses).containsExactly(3, 1, 2);
    assertThat(svg).doesNotContain("NaN", "Infinity");
  }

  @Test
  void aDivergedRunSaysThatItsLossIsUnknown() throws IOException {
    List<Epoch> epochs =
        List.of(TrainingSamples.epoch(1, 0.1, 2), TrainingSamples.epoch(2, 0.1, Double.NaN));
    assertThat(Drawing.texts(svg(TrainingSamples.log(epochs, List.of()))))
        .contains("train unknown", "test unknown");
  }

  static Stream<Arguments> logs() {
    return Stream.of(
        arguments("one epoch", TrainingSamples.typical(1, 0)),
        arguments("one epoch with curvature", TrainingSamples.typical(1, 1)),
        arguments("two epochs", TrainingSamples.typical(2, 1)),
        arguments("180 epochs", TrainingSamples.typical(180, 0)),
        arguments("180 epochs with curvature", TrainingSamples.typical(180, 1)),
        arguments("no change", constant(2)),
        arguments("all zero", constant(0)),
        arguments("tiny", constant(Double.MIN_VALUE)),
        arguments("beyond all axes", diverging(Double.MAX_VALUE)),
        arguments("huge", diverging(1e99)),
        arguments("negative", diverging(-1e99)),
        arguments(
            "late epochs",
            TrainingSamples.log(
                List.of(TrainingSamples.epoch(Integer.MAX_VALUE, 0.1, 1)),
                List.of(TrainingSamples.curvature(1_000_000, 5)))),
        arguments("zero spectra", spectra(0, 0)),
        arguments("spectra of very different size", spectra(1e-90, 1e90)),
        arguments("the widest spectra", spectra(1e-300, 1e300)),
        arguments("negative spectra", spectra(-1, -1e3)),
        arguments(
            "more measurements than points",
            TrainingSamples.log(
                List.of(),
                IntStream.range(0, 2000)
                    .mapToObj(i -> TrainingSamples.curvature(i, 1 + i % 7))
                    .toList())));
  }

  private static TrainingLog constant(double loss) {
    return TrainingSamples.log(
        List.of(TrainingSamples.epoch(1, 0.1, loss), TrainingSamples.epoch(2, 0.1, loss)),
        List.of());
  }

  private static TrainingLog diverging(double loss) {
    return TrainingSamples.log(
        List.of(TrainingSamples.epoch(1, 0.1, 2), TrainingSamples.epoch(2, 0.1, loss)), List.of());
  }

  private static TrainingLog spectra(double first, double second) {
    return TrainingSamples.log(
        List.of(),
        List.of(TrainingSamples.curvature(0, first), TrainingSamples.curvature(1, second)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("logs")
  void drawsThem(String name, TrainingLog log) throws IOException {
    for (FigureOptions options :
        List.of(FigureOptions.DEFAULT, FigureOptions.DEFAULT.withSize(300, 900))) {
      String svg = svg(log, options);
      assertThat(svg.contains("NaN") || svg.contains("Infinity")).isFalse();
      assertThat(Drawing.texts(svg)).contains("Training of ResNet20", "0");
    }
    Path pdf = folder.resolve("training.pdf");
    TrainingPlot.writePdf(log, FigureOptions.DEFAULT, pdf);
    try (PDDocument document = Loader.loadPDF(pdf.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
    }
  }

  @Test
  void theFrozenLogIsDrawnTheSameEveryTime() throws IOException {
    Path file = Path.of(System.getProperty("hesse.root"), "testdata", "training", "training.json");
    TrainingLog log = TrainingLogReader.read(file);
    String svg = svg(log);
    assertThat(svg(log)).isEqualTo(svg);
    assertThat(Drawing.texts(svg)).contains("Training of ResNet8", "last 520.00 ± 0.25");

    Path pdf = folder.resolve("training.pdf");
    TrainingPlot.writePdf(log, FigureOptions.DEFAULT, pdf);
    byte[] first = Files.readAllBytes(pdf);
    TrainingPlot.writePdf(log, FigureOptions.DEFAULT, pdf);
    assertThat(Files.readAllBytes(pdf)).isEqualTo(first);
  }

  @Test
  void thePdfIsOnePageWithItsTextAndLines() throws IOException {
    Path file = folder.resolve("training.pdf");
    TrainingPlot.writePdf(TrainingSamples.typical(30, 5), FigureOptions.DEFAULT, file);
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
      assertThat(document.getDocumentInformation().getTitle()).isEqualTo("Training of ResNet20");
      assertThat(new PDFTextStripper().getText(document))
          .contains("train 0.06667", "last 520 ± 65", "Epoch", "density per decade");
      BufferedImage image = new PDFRenderer(document).renderImage(0, 2);
      // Two lines each are some 400 points long and 1.2 wide, at 4 pixels a square point.
      assertThat(Drawing.pixels(image, Palette.DENSITY)).isGreaterThan(2000);
      assertThat(Drawing.pixels(image, Palette.TOP)).isGreaterThan(2000);
    }
  }

  @Test
  void aChosenHeightIsKeptAsLongAsItSuffices() throws IOException {
    TrainingLog log = TrainingSamples.typical(30, 5);
    assertThat(svg(log, FigureOptions.DEFAULT.withSize(600, 1000)))
        .contains("viewBox='0.00 0.00 600.00 1000.00'");
    assertThatThrownBy(() -> svg(log, FigureOptions.DEFAULT.withSize(600, 400)))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching(
            "6 diagrams do not fit into a height of 400. Choose a height from \\d+ on, or none.");
  }

  @Test
  void nothingToDrawLeavesNoFile() {
    assertThatThrownBy(() -> svg(TrainingSamples.log(List.of(), List.of())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no finite value to draw");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void smoothingInEigenvalueUnitsIsRefused() {
    TrainingLog log = TrainingSamples.typical(1, 1);
    assertThatThrownBy(() -> svg(log, FigureOptions.DEFAULT.withSigma2(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected no variance for a training log, got 1.0");
  }
}
