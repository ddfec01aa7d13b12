package dev.hesse.io;

import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.npy.Npz;
import dev.hesse.io.pytorch.PyTorchZip;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes weights as PyTorch state dicts, safetensors, npz and TensorFlow checkpoints. */
public final class WeightsWriter {
  private WeightsWriter() {}

  /**
   * Writes weights, whole or not at all, in place of what is there. Every tensor keeps its name,
   * type, shape and bits, and all keep their order; the same weights give the same bytes.
   *
   * @param target the file, or the prefix of a TensorFlow checkpoint's files, in an existing folder
   * @param weights whose metadata only safetensors holds; {@link Weights#metadata} is not written
   *     in other formats
   * @throws BadInputException if the format cannot hold a tensor: bfloat16, or a name that is no
   *     relative path, in npz; the name {@code __metadata__} in safetensors; an empty name in a
   *     TensorFlow checkpoint
   * @throws IllegalArgumentException if the format is {@link Format#PYTORCH_LEGACY}, or {@link
   *     Format#SAVED_MODEL}, which needs a network
   * @throws IOException if writing fails
   */
  public static void write(Format format, Path target, Weights weights) throws IOException {
    switch (format) {
      case PYTORCH_ZIP -> PyTorchZip.write(target, weights.tensors());
      case SAFETENSORS -> Safetensors.write(target, weights.tensors(), safetensorsFacts(weights));
      case NPZ -> Npz.write(target, weights.tensors());
      case TENSORFLOW_CHECKPOINT -> TensorBundle.write(target, weights.tensors());
      case PYTORCH_LEGACY, SAVED_MODEL ->
          throw new IllegalArgumentException(
              "expected a format that is written, got " + format.label());
    }
  }

  /** The metadata, and the mark by which other programs know PyTorch's axis order. */
  private static Map<String, String> safetensorsFacts(Weights weights) {
    Map<String, String> facts = new LinkedHashMap<>(weights.metadata());
    facts.put("format", "pt");
    return facts;
  }
}
