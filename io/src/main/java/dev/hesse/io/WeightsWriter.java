package dev.hesse.io;

import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.npy.Npz;
import dev.hesse.io.pytorch.PyTorchZip;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.file.Path;

/** Writes weights as PyTorch state dicts, safetensors, npz and TensorFlow checkpoints. */
public final class WeightsWriter {
  private WeightsWriter() {}

  /**
   * Writes weights, whole or not at all, in place of what is there. Every tensor keeps its name,
   * type, shape and bits, and all keep their order; the same weights give the same bytes.
   *
   * @param target the file, or the prefix of a TensorFlow checkpoint's files, in an existing folder
   * @param weights whose metadata only safetensors holds, as it is: a mark of the axis order,
   *     {@link Safetensors#AXIS_ORDER}, is up to the caller
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
      case SAFETENSORS -> Safetensors.write(target, weights.tensors(), weights.metadata());
      case NPZ -> Npz.write(target, weights.tensors());
      case TENSORFLOW_CHECKPOINT -> TensorBundle.write(target, weights.tensors());
      case PYTORCH_LEGACY, SAVED_MODEL ->
          throw new IllegalArgumentException(
              "expected a format that is written, got " + format.label());
    }
  }
}
