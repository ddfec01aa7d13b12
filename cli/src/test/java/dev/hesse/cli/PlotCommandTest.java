package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.ReportWriter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlotCommandTest {
  @TempDir private Path folder;
  private Path report;

  @BeforeEach
  void writeReport() throws IOException {
    report = folder.resolve("report.json");
    writeReport(report, 10, null, null);
  }

  private static void writeReport(
      Path target, int examples, @Nullable Eigenvalues eigenvalues, @Nullable Trace trace)
      throws IOException {
    Density density =
        Density.of(3, List.of(new Run(List.of(-1.0, 0.0, 9.0), List.of(0.2, 0.7, 0.1))));
    ReportWriter.write(
        new HessianReport(
            new Tool("hesse", "1", null, "17", "cpu"),
            new Model("net.pt", null, "ResNet8", 100),
            new Data("data", "train", "sequential", examples, 10),
            0.5,
            0.9,
            1.0,
            "hessian",
            1,
            null,
            eigenvalues,
            trace,
            density,
            List.of(),
            new Cost(3, 1, null, null, null, null)),
        target);
  }

  @Test
  void drawsAReportAgain() throws IOException {
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of(
            List.of(
                "plot",
                report.toString(),
                "--title",
                "My network",
                "--sigma2",
                "0.25",
                "--html",
                "--out",
                out.toString()));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(out.toFile().list())
        .containsExactlyInAnyOrder("example.svg", "example.pdf", "report.html");
    assertThat(Files.readString(out.resolve("example.svg"))).contains("My network", "σ = 0.5");
  }

  @Test
  void drawsATrainingLog() throws IOException {
    CommandRun run =
        CommandRun.of(
            List.of(
                "plot",
                CommandRun.testdata("training/training.json").toString(),
                "--title",
                "My run",
                "--out",
                folder.resolve("out").toString()));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).contains("training.svg", "training.pdf");
    assertThat(folder.resolve("out").toFile().list())
        .containsExactlyInAnyOrder("training.svg", "training.pdf");
    assertThat(Files.readString(folder.resolve("out/training.svg")))
        .contains("My run", "Accuracy in %");
  }

  @Test
  void drawsSeveralReportsInOneFigure() throws IOException {
    Path few = Files.createDirectory(folder.resolve("few")).resolve("report.json");
    Path many = Files.createDirectory(folder.resolve("many")).resolve("report.json");
    writeReport(few, 10, null, null);
    Eigenvalue largest = new Eigenvalue(9, 0.5, 0.02, null);
    writeReport(
        many,
        1000,
        new Eigenvalues("lanczos", true, 3, List.of(largest), List.of()),
        new Trace("hutchinson", true, 3, 3, 12.5, 1.25));
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of(List.of("plot", few.toString(), many.toString(), "--out", out.toString()));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .isEqualTo(
            """
            report  examples  λ_max ± bound  trace ± standard error
            few           10  -              -
            many       1,000  9.000 ± 0.020  12.5 ± 1.3
            written: %s, %s
            """
                .formatted(out.resolve("comparison.svg"), out.resolve("comparison.pdf")));
    assertThat(out.toFile().list()).containsExactlyInAnyOrder("comparison.svg", "comparison.pdf");
    assertThat(Files.readString(out.resolve("comparison.svg")))
        .contains("10 examples", "1,000 examples");
  }

  @Test
  void refusesWhatDoesNotGoIntoOneFigure() {
    Path log = CommandRun.testdata("training/training.json");
    Path out = folder.resolve("out");
    CommandRun mixed =
        CommandRun.of(List.of("plot", report.toString(), log.toString(), "--out", out.toString()));
    assertThat(mixed.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(mixed.err())
        .isEqualTo(
            "hesse: %s is no report of hesse analyze, and only those go into one figure. Draw it alone.%n"
                .formatted(log));
    CommandRun page =
        CommandRun.of(
            List.of(
                "plot", report.toString(), report.toString(), "--html", "--out", out.toString()));
    assertThat(page.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(page.err())
        .isEqualTo("hesse: --html does not apply to several reports. Leave it out.%n".formatted());
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--html", "--sigma2=1"})
  void refusesForATrainingLogWhatOnlyASpectrumHas(String option) {
    Path log = CommandRun.testdata("training/training.json");
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of(List.of("plot", log.toString(), option, "--out", out.toString()));
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err())
        .isEqualTo(
            "hesse: %s does not apply to a training log. Leave it out.%n"
                .formatted(option.replaceFirst("=.*", "")));
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesAHeightThatATrainingLogDoesNotFit() {
    Path log = CommandRun.testdata("training/training.json");
    CommandRun run =
        CommandRun.of(
            List.of("plot", log.toString(), "--height", "200", "--out", folder.toString()));
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .startsWith("hesse: 6 diagrams do not fit into a height of 200. Choose a height from");
  }

  @Test
  void worksWithoutTensorFlow() throws Exception {
    URL[] urls =
        Arrays.stream(
                System.getProperty("java.class.path").split(System.getProperty("path.separator")))
            .filter(entry -> !entry.contains("tensorflow") && !entry.contains("javacpp"))
            .map(PlotCommandTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Method ofProcess = loader.loadClass(Console.class.getName()).getDeclaredMethod("ofProcess");
      ofProcess.setAccessible(true);
      Constructor<?> newMain = loader.loadClass(Main.class.getName()).getDeclaredConstructors()[0];
      newMain.setAccessible(true);
      Method run = newMain.getDeclaringClass().getDeclaredMethod("run", List.class);
      run.setAccessible(true);
      Object status =
          run.invoke(
              newMain.newInstance(ofProcess.invoke(null)),
              List.of("plot", report.toString(), "--quiet", "--out", folder.toString()));
      assertThat(status).hasToString("DONE");
    }
    assertThat(folder.resolve("example.svg")).exists();
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
