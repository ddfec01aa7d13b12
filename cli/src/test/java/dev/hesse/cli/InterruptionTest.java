package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, terminated amid its work. */
class InterruptionTest {
  private static final Path DEMO = CommandRun.testdata("demo");

  @TempDir private Path folder;

  @Test
  void endsAtOnceAmidProductsAndLeavesNothing() throws Exception {
    endsAtOnceAndLeavesNothing(
        "/5000",
        "analyze",
        "--resume=" + DEMO.resolve("net.pt"),
        "--images=" + DEMO.resolve("images.npy"),
        "--labels=" + DEMO.resolve("labels.npy"),
        "--only=density",
        "--density-iter=5000");
  }

  @Test
  void endsAtOnceAmidWritingAndLeavesNothing() throws Exception {
    endsAtOnceAndLeavesNothing("/1001000", "data", "make", "--train-examples=1000000");
  }

  /** Terminates it once its progress shows the text. */
  private void endsAtOnceAndLeavesNothing(String progress, String... arguments) throws Exception {
    Path out = folder.resolve("out");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dhesse.terminal=true",
                Main.class.getName()));
    command.addAll(List.of(arguments));
    command.add("--out=" + out);
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try (InputStream err = process.getErrorStream()) {
      readUntil(progress, err);
      assertThat(out).isDirectory();
      process.toHandle().destroy();
      assertThat(new String(err.readAllBytes(), StandardCharsets.UTF_8))
          .endsWith("hesse: interrupted. No output was written.\n");
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).isEqualTo(130);
    assertThat(out).doesNotExist();
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
