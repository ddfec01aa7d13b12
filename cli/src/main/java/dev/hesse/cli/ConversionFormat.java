package dev.hesse.cli;

import dev.hesse.io.Checkpoint.Format;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code hesse convert} writes. */
enum ConversionFormat {
  PT("pt"),
  SAFETENSORS("safetensors"),
  NPZ("npz"),
  TF_CHECKPOINT("tf-checkpoint"),
  SAVED_MODEL("saved-model");

  private static final Map<String, ConversionFormat> BY_EXTENSION =
      Map.of(
          ".pt", PT,
          ".pth", PT,
          ".th", PT,
          ".pkl", PT,
          ".safetensors", SAFETENSORS,
          ".npz", NPZ,
          ".ckpt", TF_CHECKPOINT);

  private final String label;

  ConversionFormat(String label) {
    this.label = label;
  }

  /** The name on the command line. */
  String label() {
    return label;
  }

  /** The same where it is one of weights alone; a SavedModel is a network as well. */
  Optional<Format> ofWeights() {
    return switch (this) {
      case PT -> Optional.of(Format.PYTORCH_ZIP);
      case SAFETENSORS -> Optional.of(Format.SAFETENSORS);
      case NPZ -> Optional.of(Format.NPZ);
      case TF_CHECKPOINT -> Optional.of(Format.TENSORFLOW_CHECKPOINT);
      case SAVED_MODEL -> Optional.empty();
    };
  }

  /**
   * The format that a target's name says; a folder, and a name without extension, is a SavedModel.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} for any other name
   */
  static ConversionFormat of(Path target) {
    String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    if (dot < 0 || Files.isDirectory(target)) {
      return SAVED_MODEL;
    }
    return Optional.ofNullable(BY_EXTENSION.get(name.substring(dot)))
        .orElseThrow(
            () ->
                CommandException.usage(
                    "the name of %s says no format".formatted(target),
                    "Give one with --format, or a name that ends in .pt, .safetensors, .npz or"
                        + " .ckpt"));
  }
}
