package dev.hesse.cli;

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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes vectors over the parameters as float32, each parameter in PyTorch's axis order: several as
 * one array of shape [vectors, parameters], or as one tensor for each parameter with the vectors as
 * its first dimension; a single one without that dimension.
 */
final class ParameterVectors {

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
    static Format of(Path file, CommandOption<Path> option) {
      return Arrays.stream(values())
          .filter(format -> file.toString().endsWith(format.extension))
          .findFirst()
          .orElseThrow(
              () ->
                  CommandException.usage(
                      "%s %s is in no format that is written".formatted(option.dashed(), file),
                      "Name a file that ends in .npy or .safetensors"));
    }
  }

  private ParameterVectors() {}

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

  /** Writes several vectors. */
  static void write(List<double[]> vectors, ParameterLayout layout, Path target, Format format)
      throws IOException {
    write(vectors, List.of((long) vectors.size()), layout, target, format);
  }

  /** Writes a single vector. */
  static void write(double[] vector, ParameterLayout layout, Path target, Format format)
      throws IOException {
    write(List.of(vector), List.of(), layout, target, format);
  }

  private static void write(
      List<double[]> vectors, List<Long> first, ParameterLayout layout, Path target, Format format)
      throws IOException {
    switch (format) {
      case NPY -> Npy.write(target, rows(vectors, first, layout));
      case SAFETENSORS ->
          Safetensors.write(
              target,
              byParameter(vectors, first, layout),
              Map.of(Safetensors.AXIS_ORDER, Safetensors.PYTORCH));
    }
  }

  private static StoredTensor rows(
      List<double[]> vectors, List<Long> first, ParameterLayout layout) {
    ByteBuffer data = floats(vectors.size(), layout.dimension());
    for (double[] vector : vectors) {
      layout.parameters().forEach(parameter -> put(vector, parameter, data));
    }
    return tensor(first, List.of((long) layout.dimension()), data);
  }

  private static Map<String, StoredTensor> byParameter(
      List<double[]> vectors, List<Long> first, ParameterLayout layout) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : layout.parameters()) {
      ByteBuffer data = floats(vectors.size(), parameter.size());
      vectors.forEach(vector -> put(vector, parameter, data));
      tensors.put(parameter.name(), tensor(first, PyTorchLayout.shape(parameter.shape()), data));
    }
    return tensors;
  }

  private static StoredTensor tensor(List<Long> first, List<Long> rest, ByteBuffer data) {
    long[] shape = Stream.of(first, rest).flatMap(List::stream).mapToLong(d -> d).toArray();
    return new StoredTensor(DType.FLOAT32, shape, data.flip());
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
