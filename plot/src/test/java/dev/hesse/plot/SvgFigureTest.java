package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SvgFigureTest {
  @TempDir Path folder;

  @Test
  void textStaysText() throws IOException {
    String svg = Drawing.svg(Samples.typical(), FigureOptions.DEFAULT, folder);

    assertThat(Drawing.texts(svg))
        .contains(
            "Hessian spectrum of resnet20",
            "net.pkl, 272,474 parameters; 2,000 examples of cifar-10-batches-bin (train)",
            "Eigenvalue of the Hessian",
            "Density (log scale)",
            "density (σ = 0.171)", // a 200th of the range, 34.25
            "λmax = 30",
            "λmin = −4.25",
            "trace = 190.2 ± 3.3",
            "10−1",
            "0",
            "30");
    assertThat(svg)
        .contains("<title>Hessian spectrum of resnet20</title>")
        .contains("λ_max = 30; λ_min = −4.25; trace = 190.2 ± 3.3</desc>");
  }

  @Test
  void theSameReportGivesTheSameBytes() throws IOException {
    assertThat(Drawing.svg(Samples.typical(), FigureOptions.DEFAULT, folder))
        .isEqualTo(Drawing.svg(Samples.typical(), FigureOptions.DEFAULT, folder));
  }

  @Test
  void optionsChangeTitleSizeAndSmoothing() throws IOException {
    FigureOptions options =
        FigureOptions.DEFAULT.withTitle("A title").withSize(700, 400).withSigma2(0.25);
    String svg = Drawing.svg(Samples.typical(), options, folder);

    assertThat(svg)
        .contains("width='700.00px' height='400.00px' viewBox='0.00 0.00 700.00 400.00'");
    assertThat(Drawing.texts(svg)).contains("A title", "density (σ = 0.5)");
  }

  @Test
  void severalRunsHaveABand() throws IOException {
    HessianReport report =
        Samples.report(null, null, Samples.density(Samples.run(0, 1), Samples.run(0, 1.5)));
    assertThat(Drawing.texts(Drawing.svg(report, FigureOptions.DEFAULT, folder)))
        .contains("range of 2 runs");
  }

  @Test
  void ritzValuesStandInForEigenvaluesAsEstimates() throws IOException {
    HessianReport report = Samples.report(null, null, Samples.density(Samples.run(-2, 0, 7)));
    assertThat(Drawing.texts(Drawing.svg(report, FigureOptions.DEFAULT, folder)))
        .contains("λmax ≈ 7", "λmin ≈ −2");
  }

  @Test
  void nodesThatAreNoRitzValuesDoNotStandInForEigenvalues() throws IOException {
    List<Run> runs = List.of(Samples.run(-2, 0, 7));
    Density density = Density.of("kpm", 100, runs, null, List.of());
    HessianReport report = Samples.report(null, null, density);
    assertThat(Drawing.texts(Drawing.svg(report, FigureOptions.DEFAULT, folder)))
        .noneMatch(text -> text.contains("λ"));
  }

  @Test
  void eigenvaluesAloneHaveNoDensityAxis() throws IOException {
    HessianReport report =
        Samples.report(Samples.eigenvalues(new double[] {5, 3}, new double[] {}), null, null);
    assertThat(Drawing.texts(Drawing.svg(report, FigureOptions.DEFAULT, folder)))
        .contains("λmax = 5")
        .doesNotContain("Density (log scale)")
        .noneMatch(text -> text.startsWith("λmin"));
  }

  @Test
  void hostileTextStaysText() throws IOException {
    String name = "a</text><script>alert('&\"')</script>\u0000\ud800 日本";
    HessianReport report = Samples.named(name, null, null, Samples.density(Samples.run(0, 1)));
    String svg = Drawing.svg(report, FigureOptions.DEFAULT.withTitle(name), folder);

    assertThat(svg).doesNotContain("<script", "\u0000");
    assertThat(Drawing.texts(svg)).contains("a</text><script>alert('&\"')</script>?? ??");
  }

  @Test
  void aLongTitleIsCut() throws IOException {
    String title = "Wide ".repeat(10_000);
    String svg = Drawing.svg(Samples.typical(), FigureOptions.DEFAULT.withTitle(title), folder);
    assertThat(Drawing.texts(svg).get(0)).endsWith("Wide…").hasSizeLessThan(100);
  }

  @Test
  void nothingToDrawLeavesNoFile() {
    HessianReport report =
        Samples.report(
            Samples.eigenvalues(new double[] {Double.NaN}, new double[] {}), Samples.TRACE, null);
    assertThatThrownBy(() -> Drawing.svg(report, FigureOptions.DEFAULT, folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("neither eigenvalues nor a density");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesWhatIsTooLargeToDraw() {
    HessianReport report =
        Samples.report(Samples.eigenvalues(new double[] {1e101}, new double[] {}), null, null);
    assertThatThrownBy(() -> Drawing.svg(report, FigureOptions.DEFAULT, folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("eigenvalues as large as 1.0E101");
  }
}
