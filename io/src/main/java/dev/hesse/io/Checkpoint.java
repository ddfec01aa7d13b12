package dev.hesse.io;

import dev.hesse.io.npy.Npz;
import dev.hesse.io.pytorch.PyTorchLegacy;
import dev.hesse.io.pytorch.PyTorchZip;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.io.tensorbundle.BundleNames;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a weights file holds.
 *
 * @param path where it was read from
 * @param format which reader understood it
 * @param sha256 of the file, in lower-case hexadecimal; of a TensorFlow checkpoint's index followed
 *     by its data files
 * @param tensors by name in file order, as the file names them, after unwrapping {@code state_dict}
 *     and the like but with prefixes such as {@code module.} left in place
 * @param metadata short facts beside the tensors, as text: the scalars of a PyTorch training
 *     checkpoint, such as {@code epoch}, or the {@code __metadata__} of a safetensors file
 * @param omitted names of what else the file holds and is not read: what lies beside the weights in
 *     a PyTorch training checkpoint, such as {@code optimizer}, or a TensorFlow checkpoint's
 *     entries that are not numbers
 */
public record Checkpoint(
    Path path,
    Format format,
    String sha256,
    Map<String, StoredTensor> tensors,
    Map<String, String> metadata,
    List<String> omitted) {

  public Checkpoint {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    omitted = List.copyOf(omitted);
  }

  /** A checkpoint of which nothing is omitted. */
  public Checkpoint(
      Path path,
      Format format,
      String sha256,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata) {
    this(path, format, sha256, tensors, metadata, List.of());
  }

  /** A checkpoint without metadata. */
  public Checkpoint(Path path, Format format, String sha256, Map<String, StoredTensor> tensors) {
    this(path, format, sha256, tensors, Map.of());
  }

  private Checkpoint(Path path, Format format, String sha256, Weights weights) {
    this(path, format, sha256, weights.tensors(), weights.metadata(), weights.omitted());
  }

  /**
   * Reads a weights file, whose format its contents tell, not its name; only a TensorFlow
   * checkpoint, which is several files, is told by their names: its prefix, its index, one of its
   * data files, or a folder whose {@code checkpoint} file names one in the folder. The file may
   * come from a stranger: nothing in it is run, and no more memory is taken than a small multiple
   * of its size. Tensors share the file's memory where they can; a file beyond 64 MiB is mapped,
   * and must not be changed while they are in use.
   *
   * @throws BadInputException if the file is missing, in no known format, damaged, made to mislead,
   *     or holds anything but plain data
   * @throws IOException if reading fails
   */
  public static Checkpoint read(Path path) throws IOException {
    try {
      Optional<Path> prefix = BundleNames.prefix(path);
      return prefix.isPresent() ? readBundle(path, prefix.get()) : readFile(path);
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
  }

  private static Checkpoint readBundle(Path path, Path prefix) throws IOException {
    try (TensorBundle bundle = TensorBundle.open(prefix)) {
      return new Checkpoint(path, Format.TENSORFLOW_CHECKPOINT, bundle.sha256(), bundle.weights());
    }
  }

  private static Checkpoint readFile(Path path) throws IOException {
    try (FileBytes file = FileBytes.open(path)) {
      Format format = FormatDetector.detect(file);
      return new Checkpoint(path, format, file.sha256(), read(file, format));
    }
  }

  static Weights read(FileBytes file, Format format) throws IOException {
    return switch (format) {
      case PYTORCH_ZIP -> PyTorchZip.read(file);
      case PYTORCH_LEGACY -> PyTorchLegacy.read(file);
      case SAFETENSORS -> Safetensors.read(file);
      case NPZ -> Npz.read(file);
      case TENSORFLOW_CHECKPOINT, SAVED_MODEL ->
          throw new IllegalArgumentException("expected a format of one file, got " + format);
    };
  }

  /** The file formats that weights are read from. */
  public enum Format {
    PYTORCH_ZIP("pytorch"),
    PYTORCH_LEGACY("pytorch-legacy"),
    SAFETENSORS("safetensors"),
    NPZ("npz"),
    TENSORFLOW_CHECKPOINT("tf-checkpoint"),
    /** A folder whose variables are a TensorFlow checkpoint. */
    SAVED_MODEL("saved-model");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }
}
