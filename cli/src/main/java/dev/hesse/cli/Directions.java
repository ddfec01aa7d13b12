package dev.hesse.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Which directions {@code hesse landscape} moves the weights along. */
sealed interface Directions {

  /** Those of the largest eigenvalues of the Hessian. */
  record Eigenvectors() implements Directions {}

  /** Gaussian ones, normalised filter by filter. */
  record Random() implements Directions {}

  /** The first in a file that {@code analyze --eigenvectors} wrote. */
  record File(Path path) implements Directions {}

  ValueType<Directions> TYPE =
      new ValueType<>(
          "eigenvectors|random|FILE",
          "eigenvectors, random, or a file that ends in .npy or .safetensors",
          Directions::parsed);

  private static Optional<Directions> parsed(String text) {
    return switch (text) {
      case "eigenvectors" -> Optional.of(new Eigenvectors());
      case "random" -> Optional.of(new Random());
      default ->
          ValueType.FILE
              .parser()
              .apply(text)
              .filter(path -> text.endsWith(".npy") || text.endsWith(".safetensors"))
              .map(File::new);
    };
  }
}
