package dev.hesse.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What {@code hesse convert} writes. */
enum ConversionFormat {
  PT("pt", ".pt", ".pth", ".th", ".pkl"),
  SAFETENSORS("safetensors", ".safetensors"),
  NPZ("npz", ".npz"),
  TF_CHECKPOINT("tf-checkpoint", ".ckpt"),
  SAVED_MODEL("saved-model");

  private final String label;
  private final List<String> extensions;

  ConversionFormat(String label, String... extensions) {
    this.label = label;
    this.extensions = List.of(extensions);
  }

  /** The name on the command line. */
  String label() {
    return label;
  }

  /**
   * The format that a target's name says; a folder, and a name without extension, is a SavedModel.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} for any other name
   */
  static ConversionFormat of(Path target) {
    String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
    if (Files.isDirectory(target) || name.indexOf('.') < 0) {
      return SAVED_MODEL;
    }
    return Arrays.stream(values())
        .filter(format -> format.extensions.stream().anyMatch(name::endsWith))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "the name of %s says no format".formatted(target),
                    "Give one with --format, or a name that ends in .pt, .safetensors, .npz or"
                        + " .ckpt"));
  }
}
