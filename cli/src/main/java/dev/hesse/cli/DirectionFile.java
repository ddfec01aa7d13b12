package dev.hesse.cli;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import dev.hesse.models.PyTorchLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads directions in the formats that {@link ParameterVectors} writes. */
final class DirectionFile {
  private static final String REMEDY =
      "Give a file that hesse analyze --eigenvectors wrote for this model";

  private final Path file;
  private final ParameterLayout layout;

  private DirectionFile(Path file, ParameterLayout layout) {
    this.file = file;
    this.layout = layout;
  }

  /**
   * The first directions in a file, in the graph's axis order.
   *
   * @throws BadInputException if it is damaged, of another model, or has fewer or ones that are not
   *     finite or zero
   */
  static List<Direction> read(Path file, ParameterLayout layout, int count) throws IOException {
    DirectionFile reader = new DirectionFile(file, layout);
    boolean rows = file.toString().endsWith(ParameterVectors.Format.NPY.extension());
    List<double[]> vectors =
        rows
            ? reader.rows(Npy.read(file), count)
            : reader.byParameter(Checkpoint.read(file).tensors(), count);
    List<Direction> directions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String description = "vector %d of %s".formatted(i + 1, file.getFileName());
      Direction direction = new Direction("file", description, vectors.get(i));
      if (!(direction.norm() > 0 && Double.isFinite(direction.norm()))) {
        throw refusal("vector %d has a norm of %s".formatted(i + 1, direction.norm()), file);
      }
      directions.add(direction);
    }
    return directions;
  }

  private List<double[]> rows(StoredTensor matrix, int count) {
    long[] shape = matrix.shape();
    int n = layout.dimension();
    if (shape.length != 2 || shape[1] != n) {
      throw refusal(
          "its shape is %s, not vectors × %d parameters".formatted(Arrays.toString(shape), n),
          file);
    }
    requireCount(shape[0], count);
    List<double[]> vectors = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      double[] vector = new double[n];
      for (Parameter parameter : layout.parameters()) {
        put(matrix, row * n + parameter.offset(), parameter, vector);
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private List<double[]> byParameter(Map<String, StoredTensor> tensors, int count) {
    List<double[]> vectors = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      vectors.add(new double[layout.dimension()]);
    }
    for (Parameter parameter : layout.parameters()) {
      StoredTensor tensor = tensors.get(parameter.name());
      if (tensor == null) {
        throw refusal("it has no tensor %s".formatted(quote(parameter.name())), file);
      }
      long[] shape = tensor.shape();
      List<Long> expected = PyTorchLayout.shape(parameter.shape());
      List<Long> found = Arrays.stream(shape).skip(1).boxed().toList();
      if (shape.length == 0 || !found.equals(expected)) {
        throw refusal(
            "%s has shape %s, not vectors × %s"
                .formatted(quote(parameter.name()), Arrays.toString(shape), expected),
            file);
      }
      requireCount(shape[0], count);
      for (int row = 0; row < count; row++) {
        put(tensor, row * parameter.size(), parameter, vectors.get(row));
      }
    }
    return vectors;
  }

  private void requireCount(long found, int count) {
    if (found < count) {
      throw new BadInputException(
          "%s: it holds %d vectors, and %d are needed".formatted(file, found, count),
          "Give a file with more, or --dimensions 1");
    }
  }

  private static void put(StoredTensor source, int from, Parameter parameter, double[] vector) {
    double[] part = new double[parameter.size()];
    for (int i = 0; i < part.length; i++) {
      part[i] = source.toDouble(from + i);
    }
    double[] ordered = PyTorchLayout.toGraph(part, parameter.shape());
    System.arraycopy(ordered, 0, vector, parameter.offset(), ordered.length);
  }

  private static BadInputException refusal(String what, Path file) {
    return new BadInputException("%s: %s".formatted(file, what), REMEDY);
  }
}
