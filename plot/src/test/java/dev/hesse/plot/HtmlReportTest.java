package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @TempDir Path folder;

  private String html(HessianReport report) throws IOException {
    Path file = folder.resolve("report.html");
    HtmlReport.write(report, FigureOptions.DEFAULT, file);
    return Files.readString(file);
  }

  private static HessianReport with(Checks checks, List<Layer> layers) {
    HessianReport r = Samples.typical();
    return new HessianReport(
        r.tool(),
        r.model(),
        r.data(),
        r.loss(),
        r.accuracy(),
        r.gradientNorm(),
        r.curvature(),
        r.seed(),
        checks,
        r.eigenvalues(),
        r.trace(),
        r.density(),
        layers,
        r.cost());
  }

  @Test
  void hasTheFigureAndTheNumbers() throws IOException {
    assertThat(html(Samples.typical()))
        .startsWith("<!DOCTYPE html>")
        .contains("<svg ", ">density (σ = 0.171)</text>")
        .contains("<th>Loss</th><td>0.499335</td>")
        .contains("<th>Accuracy</th><td>86 %</td>")
        .contains("<th>Trace</th><td>190.2 ± 3.3 (hutchinson, 100 samples)</td>")
        .contains("<th>Largest 2</th><td>22.5</td><td>0.001</td>")
        .contains("<th>Smallest 1</th><td>−4.25</td><td>0.001</td>")
        .contains("<th>Parameters</th><td>272,474</td>")
        .contains("<th>Model</th><td>/data/net.pkl</td>");
  }

  @Test
  void loadsNothing() throws IOException {
    assertThat(html(Samples.typical()))
        .doesNotContain("<script", "<link", "<img", "src=", "@import", "url(http");
  }

  @Test
  void namesOfParametersAreEscaped() throws IOException {
    String name = "<img src=x onerror=alert(1)>";
    String html =
        html(with(new Checks(true, 1e-7, List.of(name)), List.of(new Layer(name, 5, 2.5, 0.5))));

    assertThat(html)
        .doesNotContain("<img")
        .contains("<th>&lt;img src=x onerror=alert(1)&gt;</th><td>5</td><td>2.50 ± 0.50</td>")
        .contains("<th>Unused parameters</th><td>&lt;img src=x onerror=alert(1)&gt;</td>")
        .contains("<th>Asymmetry</th><td>1 × 10<sup>−7</sup></td>");
  }

  @Test
  void withoutASpectrumThereIsNoFigure() throws IOException {
    assertThat(html(Samples.report(null, null, null)))
        .doesNotContain("<svg", "Eigenvalues", "Trace")
        .contains("<th>Loss</th>");
  }
}
