package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DegenerateSpectraTest {
  private static final Pattern TICK_LABEL =
      Pattern.compile("text-anchor='middle' fill='#222222'>−?\\d+(\\.\\d+)?<");

  @TempDir Path folder;

  static Stream<Arguments> spectra() {
    double[] none = {};
    return Stream.of(
        arguments("all zero", density(0, 0, 0), "λmax ≈ 0"),
        arguments("one value", density(5e5), "λmax ≈ 500000"),
        arguments("one tiny value", density(1e-90), "λmin ≈ 1 × 10−90"),
        arguments("below the smallest", density(1e-200, -1e-200), "λmin ≈ −1 × 10−200"),
        arguments("tiny", density(-1e-12, 1e-12), "λmax ≈ 1 × 10−12"),
        arguments("huge", density(-1e6, 0, 2.5e6), "λmax ≈ 2.5 × 106"),
        arguments("largest", density(-1e99, 1e100), "λmax ≈ 1 × 10100"),
        arguments("negative only", density(-9, -8, -3), "λmax ≈ −3"),
        arguments("far from zero", density(1e6, 1e6 + 1e-3), "λmin ≈ 1 × 106"),
        arguments(
            "one eigenvalue",
            Samples.report(Samples.eigenvalues(none, new double[] {-7}), null, null),
            "λmin = −7"),
        arguments(
            "by magnitude, the largest", Samples.report(byMagnitude(), null, null), "λmax = 2"),
        arguments(
            "by magnitude, the smallest", Samples.report(byMagnitude(), null, null), "λmin = −7"),
        arguments(
            "unknown values",
            Samples.report(
                Samples.eigenvalues(new double[] {Double.NaN, 2}, none),
                new Trace("hutchinson", false, 1, 1, Double.NaN, Double.NaN),
                null),
            "trace = unknown"));
  }

  private static Eigenvalues byMagnitude() {
    return new Eigenvalues(
        "lanczos",
        true,
        9,
        Eigenvalues.BY_MAGNITUDE,
        Samples.eigenvalues(new double[] {-7, -3, 2}, new double[0]).top(),
        List.of());
  }

  private static HessianReport density(double... nodes) {
    return Samples.report(null, null, Samples.density(Samples.run(nodes)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spectra")
  void drawsThem(String name, HessianReport report, String legend) throws IOException {
    for (FigureOptions options :
        List.of(
            FigureOptions.DEFAULT,
            FigureOptions.DEFAULT.withSize(300, 200),
            FigureOptions.DEFAULT.withSigma2(1e-30),
            FigureOptions.DEFAULT.withSigma2(1e30))) {
      String svg = Drawing.svg(report, options, folder);
      assertThat(Drawing.texts(svg)).contains(legend);
      assertThat(svg.contains("NaN") || svg.contains("Infinity")).isFalse();
      // No tick says the same as another, and there are enough to read values off.
      assertThat(TICK_LABEL.matcher(svg).results().map(MatchResult::group))
          .doesNotHaveDuplicates()
          .hasSizeBetween(2, 12);
    }
    Path pdf = folder.resolve("example.pdf");
    SpectrumPlot.writePdf(report, FigureOptions.DEFAULT, pdf);
    try (PDDocument document = Loader.loadPDF(pdf.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
    }
  }
}
