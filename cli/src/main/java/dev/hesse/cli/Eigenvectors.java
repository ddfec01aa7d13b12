package dev.hesse.cli;

import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import dev.hesse.models.PyTorchLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes unit eigenvectors as float32, each parameter in PyTorch's axis order: as one array of
 * shape [vectors, parameters], or as one tensor for each parameter with the vectors as its first
 * dimension.
 */
final class Eigenvectors {

  /** The file formats, told by the file's name. */
  enum Format {
    NPY(".npy"),
    SAFETENSORS(".safetensors");

    private final String extension;

    String extension() {
      return extension;
    }

    Format(String extension) {
      this.extension = extension;
    }

    /**
     * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} for any other name
     */
    static Format of(Path file) {
      return Arrays.stream(values())
          .filter(format -> file.toString().endsWith(format.extension))
          .findFirst()
          .orElseThrow(
              () ->
                  CommandException.usage(
                      "--eigenvectors %s is in no format that is written".formatted(file),
                      "Name a file that ends in .npy or .safetensors"));
    }
  }

  private Eigenvectors() {}

  /**
   * Makes sure, before anything is computed, that the vectors fit one array.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if they do not
   */
  static void requireRoom(long vectors, ParameterLayout layout) {
    long most = Integer.MAX_VALUE / Float.BYTES / Math.max(1, layout.dimension());
    if (vectors > most) {
      throw CommandException.usage(
          "%d eigenvectors of %d parameters do not fit a file of 2 GiB"
              .formatted(vectors, layout.dimension()),
          "Ask for at most %d".formatted(most));
    }
  }

  /** Writes the vectors of the pairs, in their order. */
  static void write(List<Eigenpair> pairs, ParameterLayout layout, Format format, Path target)
      throws IOException {
    List<double[]> vectors = pairs.stream().map(pair -> pair.vector().get()).toList();
    switch (format) {
      case NPY -> Npy.write(target, rows(vectors, layout));
      case SAFETENSORS ->
          Safetensors.write(
              target,
              byParameter(vectors, layout),
              Map.of(Safetensors.AXIS_ORDER, Safetensors.PYTORCH));
    }
  }

  private static StoredTensor rows(List<double[]> vectors, ParameterLayout layout) {
    ByteBuffer data = floats(vectors.size(), layout.dimension());
    for (double[] vector : vectors) {
      layout.parameters().forEach(parameter -> put(vector, parameter, data));
    }
    long[] shape = {vectors.size(), layout.dimension()};
    return new StoredTensor(DType.FLOAT32, shape, data.flip());
  }

  private static Map<String, StoredTensor> byParameter(
      List<double[]> vectors, ParameterLayout layout) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : layout.parameters()) {
      ByteBuffer data = floats(vectors.size(), parameter.size());
      vectors.forEach(vector -> put(vector, parameter, data));
      List<Long> shape = new ArrayList<>(List.of((long) vectors.size()));
      shape.addAll(PyTorchLayout.shape(parameter.shape()));
      tensors.put(
          parameter.name(),
          new StoredTensor(
              DType.FLOAT32, shape.stream().mapToLong(Long::longValue).toArray(), data.flip()));
    }
    return tensors;
  }

  private static ByteBuffer floats(int rows, int columns) {
    return ByteBuffer.allocate(Math.multiplyExact(Float.BYTES * rows, columns))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put(double[] vector, Parameter parameter, ByteBuffer data) {
    double[] part =
        Arrays.copyOfRange(vector, parameter.offset(), parameter.offset() + parameter.size());
    for (double entry : PyTorchLayout.fromGraph(part, parameter.shape())) {
      data.putFloat((float) entry);
    }
  }
}
