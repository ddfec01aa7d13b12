package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Trace;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
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

class ComparisonPlotTest {
  /** The smaller of two sizes of text below an axis, with where its middle is. */
  private static final Pattern TICK_LABEL =
      Pattern.compile(
          "<text xml:space='preserve' x='([-0-9.]+)' y='[-0-9.]+'[^>]*font-size='9[^>]*text-anchor='middle'[^>]*>([^<]+)<");

  private static final Model NET = new Model("/data/net.pkl", "00ff", "ResNet20", 272_474);

  @TempDir Path folder;

  private String svg(ComparedReport... reports) throws IOException {
    return svg(FigureOptions.DEFAULT, reports);
  }

  private String svg(FigureOptions options, ComparedReport... reports) throws IOException {
    Path file = folder.resolve("comparison.svg");
    ComparisonPlot.writeSvg(List.of(reports), options, file);
    return Files.readString(file);
  }

  private static HessianReport report(Model model, int examples, String curvature, double scale) {
    Eigenvalue largest = new Eigenvalue(scale, 0.25 * scale, 0.01, null);
    return Samples.of(
        model,
        examples,
        curvature,
        new Eigenvalues("lanczos", true, 60, List.of(largest), List.of()),
        new Trace("hutchinson", true, 30, 30, 8 * scale, 0.5),
        Samples.density(Samples.run(-scale / 10, 0, scale / 2, scale)));
  }

  private static ComparedReport at(int examples, double scale) {
    return new ComparedReport("run " + examples, report(NET, examples, "hessian", scale));
  }

  private static ComparedReport named(String name, String curvature, double scale) {
    return new ComparedReport(name, report(NET, 200, curvature, scale));
  }

  private static double x(String svg, String label) {
    Matcher matcher = TICK_LABEL.matcher(svg);
    while (matcher.find()) {
      if (matcher.group(2).equals(label)) {
        return Double.parseDouble(matcher.group(1));
      }
    }
    throw new AssertionError("no label " + label);
  }

  @Test
  void overTheNumberOfExamplesOnALogarithmicAxis() throws IOException {
    String svg = svg(at(1000, 20), at(10, 40), at(100, 30));
    assertThat(Drawing.texts(svg))
        .contains(
            "Hessian spectra of ResNet20",
            "net.pkl, 272,474 parameters; 10 to 1,000 examples of cifar-10-batches-bin (train)",
            "Density (log scale, σ = 0.22)", // a 200th of the widest range, 44
            "Eigenvalue")
        .containsSubsequence("λmax", "± error bound", "Trace", "± 2 standard errors")
        .containsSubsequence("10", "100", "1,000", "Examples (log scale)")
        .containsSubsequence("10 examples", "100 examples", "1,000 examples");
    // Places have two decimals.
    assertThat(x(svg, "1,000") - x(svg, "100"))
        .isCloseTo(x(svg, "100") - x(svg, "10"), within(0.021))
        .isGreaterThan(100);
    assertThat(svg)
        .contains("<title>Hessian spectra of ResNet20</title>")
        .contains(
            "λ_max ± error bound: 10 examples 40.000 ± 0.010, 100 examples 30.000 ± 0.010,"
                + " 1,000 examples 20.000 ± 0.010; Trace ± 2 standard errors: 10 examples 320.0 ± 1.0,")
        .contains("; Density: 10 examples, 100 examples, 1,000 examples</desc>");
  }

  @Test
  void inTheOrderGivenWhereExamplesDoNotTellThemApart() throws IOException {
    String svg = svg(named("late", "hessian", 2), named("early", "hessian", 4));
    assertThat(Drawing.texts(svg))
        .contains("Report")
        .containsSubsequence("late", "early", "Report", "late", "early")
        .noneMatch(text -> text.contains("log scale)"));
    assertThat(x(svg, "late")).isLessThan(x(svg, "early"));
    assertThat(Drawing.texts(svg(at(200, 2), at(200, 3), at(100, 4)))).contains("Report");
  }

  @Test
  void theKeyNamesMatricesAndModelsThatDiffer() throws IOException {
    assertThat(Drawing.texts(svg(named("a", "hessian", 2), named("b", "ggn", 4))))
        .contains(
            "Curvature spectra of ResNet20",
            "Hessian ± error bound",
            "Gauss-Newton matrix ± error bound",
            "Hessian, a",
            "Gauss-Newton matrix, b");
    Model other = new Model("/data/net.pkl", "00ff", "ResNet8", 78_042);
    ComparedReport small = new ComparedReport("c", report(other, 100, "hessian", 3));
    assertThat(Drawing.texts(svg(at(200, 2), small)))
        .contains("Hessian spectra of 2 reports", "ResNet20, 200 examples", "ResNet8, 100 examples")
        .contains("100 to 200 examples of cifar-10-batches-bin (train)");
    Model later = new Model("/later/net.pkl", "00fe", "ResNet20", 272_474);
    ComparedReport trained = new ComparedReport("d", report(later, 100, "hessian", 3));
    assertThat(Drawing.texts(svg(at(200, 2), trained)))
        .contains("data, 200 examples", "later, 100 examples");
  }

  @Test
  void aPartThatAReportLacksIsLeftOut() throws IOException {
    HessianReport whole = report(NET, 10, "hessian", 3);
    ComparedReport traceAlone =
        new ComparedReport(
            "t", Samples.of(NET, 20, "hessian", null, Objects.requireNonNull(whole.trace()), null));
    String svg = svg(new ComparedReport("w", whole), traceAlone);
    assertThat(svg)
        .contains("λ_max ± error bound: 10 examples 3.000 ± 0.010; Trace")
        .contains("20 examples 24.0 ± 1.0; Density: 10 examples</desc>");
    assertThat(Drawing.texts(svg(traceAlone, traceAlone)))
        .contains("Trace", "Report")
        .doesNotContain("λmax", "Eigenvalue");
    ComparedReport densityAlone =
        new ComparedReport(
            "d", Samples.of(NET, 30, "hessian", null, null, Samples.density(Samples.run(-1, 1))));
    assertThat(Drawing.texts(svg(densityAlone, densityAlone)))
        .contains("Eigenvalue")
        .doesNotContain("λmax", "Trace", "Report");
  }

  @Test
  void nothingToDrawLeavesNoFile() {
    ComparedReport none = new ComparedReport("n", Samples.of(NET, 1, "hessian", null, null, null));
    assertThatThrownBy(() -> svg(none, none))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("None of the 2 reports has an eigenvalue, a trace or a density");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theSmoothingIsTheOneAskedFor() throws IOException {
    FigureOptions options = FigureOptions.DEFAULT.withSigma2(0.25).withTitle("A title");
    assertThat(Drawing.texts(svg(options, at(10, 2), at(20, 3))))
        .contains("A title", "Density (log scale, σ = 0.5)");
  }

  @Test
  void aChosenHeightIsKeptAsLongAsItSuffices() throws IOException {
    assertThat(svg(FigureOptions.DEFAULT.withSize(600, 900), at(10, 2), at(20, 3)))
        .contains("viewBox='0.00 0.00 600.00 900.00'");
    assertThatThrownBy(() -> svg(FigureOptions.DEFAULT.withSize(600, 300), at(10, 2), at(20, 3)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("3 diagrams do not fit into a height of 300.");
  }

  @Test
  void namesBelowTheAxisDoNotTouch() throws IOException {
    ComparedReport[] many =
        IntStream.range(0, 60)
            .mapToObj(i -> named("a long name, number " + i, "hessian", 1 + i % 7))
            .toArray(ComparedReport[]::new);
    Typeface typeface = new Typeface();
    double end = 0;
    int labels = 0;
    for (MatchResult label :
        TICK_LABEL
            .matcher(svg(many))
            .results()
            .filter(one -> one.group(2).startsWith("a lo"))
            .toList()) {
      double half = 9 * typeface.width(label.group(2)) / 2;
      double middle = Double.parseDouble(label.group(1));
      assertThat(middle - half).isGreaterThan(end);
      end = middle + half;
      labels++;
    }
    assertThat(labels).isBetween(5, 20);
  }

  static Stream<Arguments> comparisons() {
    return Stream.of(
        arguments("equal", List.of(at(10, 1), at(20, 1))),
        arguments("one twice", List.of(at(10, 1), at(10, 1))),
        arguments("zero", List.of(at(10, 0), at(20, 0))),
        arguments("tiny and huge", List.of(at(1, 1e-90), at(Integer.MAX_VALUE, 1e90))),
        arguments("negative", List.of(at(10, -5), at(20, -7))),
        arguments("tiny", List.of(at(10, 1e-12), at(20, 2e-12))),
        arguments("not finite", List.of(unknown(10), unknown(20), at(30, 2))),
        arguments(
            "many matrices",
            Stream.of(
                    "hessian",
                    "ggn",
                    "fisher",
                    "fisher-mc",
                    "empirical-fisher",
                    "gradient-covariance")
                .flatMap(matrix -> Stream.of(named("a", matrix, 2), named("b", matrix, 3)))
                .toList()),
        arguments("hostile", List.of(named("<a>&\u0000", "hessian", 1), named("日本", "ggn", 2))));
  }

  private static ComparedReport unknown(int examples) {
    Eigenvalues eigenvalues = Samples.eigenvalues(new double[] {Double.NaN}, new double[] {});
    Trace trace = new Trace("hutchinson", false, 1, 1, Double.NaN, Double.NaN);
    Density density = Samples.density(Samples.run(0));
    return new ComparedReport(
        "u", Samples.of(NET, examples, "hessian", eigenvalues, trace, density));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("comparisons")
  void drawsThem(String name, List<ComparedReport> reports) throws IOException {
    ComparedReport[] all = reports.toArray(ComparedReport[]::new);
    for (FigureOptions options :
        List.of(FigureOptions.DEFAULT, FigureOptions.DEFAULT.withSize(300, 900))) {
      String svg = svg(options, all);
      assertThat(svg.contains("NaN") || svg.contains("Infinity")).isFalse();
      assertThat(Drawing.texts(svg))
          .anyMatch(text -> text.startsWith("Trace"))
          .anyMatch(text -> text.startsWith("Eigenvalue"));
    }
  }

  @Test
  void thePdfIsTheSameEveryTimeWithItsTextAndColours() throws IOException {
    Path file = folder.resolve("comparison.pdf");
    List<ComparedReport> reports = List.of(at(10, 40), at(100, 30));
    ComparisonPlot.writePdf(reports, FigureOptions.DEFAULT, file);
    byte[] first = Files.readAllBytes(file);
    ComparisonPlot.writePdf(reports, FigureOptions.DEFAULT, file);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
      assertThat(new PDFTextStripper().getText(document)).contains("100 examples", "Eigenvalue");
      BufferedImage image = new PDFRenderer(document).renderImage(0, 2);
      // Each curve goes up and down 190 points at least twice, 1.2 wide, at 4 pixels a square
      // point.
      assertThat(Drawing.pixels(image, Palette.sequence(0, 2))).isGreaterThan(500);
      assertThat(Drawing.pixels(image, Palette.sequence(1, 2))).isGreaterThan(500);
    }
  }

  @Test
  void coloursOfASequenceGetDarker() {
    for (int count = 2; count < 10; count++) {
      double before = 256;
      for (int i = 0; i < count; i++) {
        Color color = Palette.sequence(i, count);
        // Luma as of Rec. 709.
        double luma =
            0.2126 * color.getRed() + 0.7152 * color.getGreen() + 0.0722 * color.getBlue();
        assertThat(luma).isLessThan(before);
        before = luma;
      }
    }
  }
}
