package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, terminated amid its work. */
class InterruptionTest {
  @TempDir private Path folder;

  @Test
  void amidProductsGoesOnWithTheSameNumbers() throws Exception {
    Path out = folder.resolve("out");
    List<String> analysis = onDemo("analyze", "--only=density", "--density-iter=300");
    assertThat(interrupted("density 2", with(analysis, "--out=" + out)))
        .containsPattern(
            "hesse: interrupted. What \\d+ products say is in \\S+/partial.json."
                + " Go on where it was: the same command with --continue.\n$");
    assertThat(out.resolve("report.json")).doesNotExist();
    HessianReport partial = ReportReader.read(out.resolve("partial.json"));
    int steps = (int) partial.cost().hvps();
    assertThat(partial.density().runs().get(0).nodes()).hasSize(steps).hasSizeLessThan(300);
    Path other = folder.resolve("other");
    HessianReport whole = report(analysis, other);
    List<String> rest = with(analysis, "--continue");
    HessianReport continued = report(rest, out);
    assertThat(continued.density()).isEqualTo(whole.density());
    assertThat(continued.cost().hvps()).isEqualTo(whole.cost().hvps());
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .doesNotContain(".hesse-analyze.journal", "partial.json");
    }
    assertThat(CommandRun.of(String.join(" ", rest) + " --out", out).err())
        .contains("holds no analysis that was stopped. Leave out --continue.");
  }

  /** Spark ends at the same time, and its jobs fail. */
  @Test
  void amidProductsOfAClusterSaysNoMore() throws Exception {
    Path out = folder.resolve("out");
    assertThat(
            interrupted(
                "density 2",
                onDemo(
                    "analyze",
                    "--master=local[2]",
                    "--only=density",
                    "--density-iter=300",
                    "--out=" + out)))
        .containsPattern("^[^\n]*hesse: interrupted. What \\d+ products say is in [^\n]*\n$");
    assertThat(out.resolve("partial.json")).exists();
  }

  private static HessianReport report(List<String> arguments, Path out) throws IOException {
    assertThat(CommandRun.of(String.join(" ", arguments) + " --out", out).status())
        .isEqualTo(ExitStatus.DONE);
    return ReportReader.read(out.resolve("report.json"));
  }

  @Test
  void endsAtOnceAmidWritingAndLeavesNothing() throws Exception {
    endsAtOnceAndLeavesNothing("/1001000", List.of("data", "make", "--train-examples=1000000"));
  }

  @Test
  void endsAtOnceAmidALandscapeAndLeavesNothing() throws Exception {
    endsAtOnceAndLeavesNothing(
        "/9999", onDemo("landscape", "--directions=random", "--points=9999"));
  }

  @Test
  void amidTrainingSaysHowToGoOn() throws Exception {
    Path run = folder.resolve("run");
    Path data = folder.resolve("data");
    assertThat(
            CommandRun.of("data make --train-examples 2000 --test-examples 10 --out", data).err())
        .isEmpty();
    assertThat(
            interrupted(
                "step 3/",
                List.of(
                    "train",
                    "--data-dir=" + data,
                    "--depth=8",
                    "--width=2",
                    "--saving-folder=" + run)))
        .endsWith(
            "hesse: interrupted. Go on where it was: hesse train --continue --saving-folder %s.\n"
                .formatted(run));
    assertThat(run.resolve("state.safetensors")).exists();
  }

  private static List<String> onDemo(String command, String... options) {
    return Stream.of(List.of(command), CommandRun.demo(), List.of(options))
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> with(List<String> arguments, String more) {
    return Stream.concat(arguments.stream(), Stream.of(more)).toList();
  }

  private void endsAtOnceAndLeavesNothing(String progress, List<String> arguments)
      throws Exception {
    Path out = folder.resolve("out");
    assertThat(interrupted(progress, with(arguments, "--out=" + out)))
        .endsWith("hesse: interrupted. No output was written.\n");
    assertThat(out).doesNotExist();
  }

  /**
   * Terminates the command once its progress shows the text.
   *
   * @return what it wrote on standard error from there
   */
  private static String interrupted(String progress, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens")) // Spark's
        .forEach(command::add);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "-Dhesse.terminal=true",
            Main.class.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String rest;
    try (InputStream err = process.getErrorStream()) {
      readUntil(progress, err);
      process.toHandle().destroy();
      rest = new String(err.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).isEqualTo(130);
    return rest;
  }

  private static void readUntil(String text, InputStream in) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = in.read();
      assertThat(next).as("end after: " + read).isNotNegative();
      read.append((char) next);
    }
  }
}
