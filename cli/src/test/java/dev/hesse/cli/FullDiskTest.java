package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command in a process whose files may not grow beyond a limit: a write fails there as it does
 * on a full disk.
 */
class FullDiskTest {
  @TempDir private Path folder;

  /** TensorFlow's libraries are put in place by the first process that uses them. */
  @BeforeAll
  static void loadTensorFlow() {
    assertThat(CommandRun.of("doctor").status()).isEqualTo(ExitStatus.DONE);
  }

  /** A vector of 5,214 floats takes 21 KB. */
  private String run(int mostKibibytes, int status, String... more) throws Exception {
    Path err = folder.resolve("err.txt");
    List<String> command =
        List.of(
            "bash",
            "-c",
            "ulimit -f %d; exec \"$@\"".formatted(mostKibibytes),
            "bash",
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "analyze",
            "--hessian-batch-size=10",
            "--only=density",
            "--density-iter=300",
            "--out=" + folder.resolve("out"));
    Process process =
        new ProcessBuilder(
                Stream.of(command, CommandRun.demo(), List.of(more)).flatMap(List::stream).toList())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(status);
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  @Test
  void vectorsThatFindNoPlaceAreOneLine() throws Exception {
    Path spill = folder.resolve("spill");
    assertThat(run(16, 1, "--memory=6m", "--spill-dir=" + spill))
        .endsWith(
            "hesse: Lanczos vectors cannot be kept in %s: File too large.".formatted(spill)
                + " Free the disk, or name a folder on another by --spill-dir, or none to do"
                + " without.\n")
        .doesNotContain("--continue");
    assertThat(spill).doesNotExist();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aJournalThatFindsNoPlaceEndsNothing() throws Exception {
    assertThat(run(2000, 0))
        .endsWith(
            "hesse: warning: products could not be kept on disk: File too large. --continue would"
                + " not have gone on from all of them.\n");
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("example.pdf", "example.svg", "report.json");
    }
  }
}
