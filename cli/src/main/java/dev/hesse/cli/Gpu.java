package dev.hesse.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the NVIDIA driver says of the first GPU. */
final class Gpu {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia");

  private Gpu() {}

  /** The model, such as {@code NVIDIA H100 PCIe}; empty without a driver. */
  static Optional<String> name() {
    Path folder = DRIVER.resolve("gpus");
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> gpus = Files.newDirectoryStream(folder)) {
      for (Path gpu : gpus) {
        for (String line : Files.readAllLines(gpu.resolve("information"))) {
          if (line.startsWith("Model:")) {
            return Optional.of(line.substring("Model:".length()).strip());
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The driver's version line; empty without a driver. */
  static Optional<String> driver() {
    try {
      return Files.readAllLines(DRIVER.resolve("version")).stream().findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
