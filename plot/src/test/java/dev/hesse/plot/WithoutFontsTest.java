package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java runtime without fonts or fontconfig fails as soon as it looks for a font. */
class WithoutFontsTest {
  @TempDir Path folder;

  /** Draws a figure in a fresh runtime. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    SpectrumPlot.writeSvg(Samples.typical(), FigureOptions.DEFAULT, folder.resolve("a.svg"));
    SpectrumPlot.writePdf(Samples.typical(), FigureOptions.DEFAULT, folder.resolve("a.pdf"));
    TrainingPlot.writeSvg(
        TrainingSamples.typical(2, 1), FigureOptions.DEFAULT, folder.resolve("b.svg"));
    TrainingPlot.writePdf(
        TrainingSamples.typical(2, 1), FigureOptions.DEFAULT, folder.resolve("b.pdf"));
    LandscapePlot.writePdf(
        LandscapeSamples.bowl(3),
        LandscapePlot.View.SURFACE,
        FigureOptions.DEFAULT,
        folder.resolve("c.pdf"));
    HtmlReport.write(Samples.typical(), FigureOptions.DEFAULT, folder.resolve("a.html"));
  }

  @Test
  void drawingAsksThePlatformForNoFont() throws IOException, InterruptedException {
    Path classes = folder.resolve("classes.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-Xlog:class+load:file=" + classes,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                WithoutFontsTest.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();

    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(classes))
        .contains("java.awt.Font ")
        .doesNotContain("sun.font.SunFontManager");
  }
}
