package dev.hesse.io;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a weights file holds.
 *
 * @param path where it was read from
 * @param format which reader understood it
 * @param sha256 of the file, in lower-case hexadecimal
 * @param tensors by name in file order, as the file names them, after unwrapping {@code state_dict}
 *     and the like but with prefixes such as {@code module.} left in place
 */
public record Checkpoint(
    Path path, Format format, String sha256, Map<String, StoredTensor> tensors) {

  /** The file formats that weights are read from. */
  public enum Format {
    PYTORCH_ZIP("pytorch"),
    PYTORCH_LEGACY("pytorch-legacy"),
    SAFETENSORS("safetensors");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }
}
