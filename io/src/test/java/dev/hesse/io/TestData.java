package dev.hesse.io;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files that tests read are. */
public final class TestData {
  private static final Path ROOT = Path.of(System.getProperty("hesse.root", ".."));

  private TestData() {}

  /** A checkpoint that testdata/checkpoints/make_checkpoints.py wrote. */
  public static Path checkpoint(String name) {
    return ROOT.resolve("testdata").resolve("checkpoints").resolve(name);
  }

  /** The log that testdata/training/make_training.py wrote. */
  public static Path trainingLog() {
    return ROOT.resolve("testdata").resolve("training").resolve("training.json");
  }

  public static byte[] checkpointBytes(String name) {
    try {
      return Files.readAllBytes(checkpoint(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file beside the repository; the test is skipped where there is none. */
  public static Path shared(String name) {
    Path path = ROOT.resolveSibling("shared").resolve(name);
    assumeTrue(Files.exists(path), () -> "needs " + path);
    return path;
  }
}
