package dev.hesse.cli;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors as {@link ParameterVectors} writes them, of whichever model.
 *
 * @param tensors the number of entries of each tensor by name, in the vectors' order; empty where
 *     the file has no names
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record VectorFile(Path path, double[][] vectors, Map<String, Integer> tensors) {
  private static final String REMEDY = "Give a file that hesse analyze --eigenvectors wrote";

  /**
   * Reads the vectors.
   *
   * @throws BadInputException if the file is damaged, or holds no vectors, vectors of zeros or
   *     numbers that are not finite
   */
  static VectorFile read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new BadInputException(
          path + (Files.exists(path) ? " is no file" : " does not exist"), REMEDY);
    }
    boolean rows = path.toString().endsWith(ParameterVectors.Format.NPY.extension());
    Map<String, StoredTensor> stored =
        rows ? Map.of("", Npy.read(path)) : Checkpoint.read(path).tensors();
    List<StoredTensor> parts = new ArrayList<>(stored.values());
    if (parts.isEmpty() || parts.stream().anyMatch(t -> t.shape().length < (rows ? 2 : 1))) {
      throw refusal(path, "its tensors are not vectors × parameters");
    }
    long count = parts.get(0).shape()[0];
    if (count == 0 || parts.stream().anyMatch(t -> t.shape()[0] != count)) {
      throw refusal(path, "its tensors do not all have the same number of rows, at least one");
    }
    double[][] vectors = vectors(parts, Math.toIntExact(count));
    for (int i = 0; i < vectors.length; i++) {
      double squares = Arrays.stream(vectors[i]).map(x -> x * x).sum();
      if (!(squares > 0 && Double.isFinite(squares))) {
        throw refusal(path, "vector %d has a squared norm of %s".formatted(i + 1, squares));
      }
    }
    Map<String, Integer> sizes = new LinkedHashMap<>();
    if (!rows) {
      stored.forEach((name, tensor) -> sizes.put(name, (int) (tensor.elementCount() / count)));
    }
    return new VectorFile(path, vectors, sizes);
  }

  private static double[][] vectors(List<StoredTensor> parts, int count) {
    int n =
        Math.toIntExact(parts.stream().mapToLong(tensor -> tensor.elementCount() / count).sum());
    double[][] vectors = new double[count][n];
    int at = 0;
    for (StoredTensor part : parts) {
      double[] values = part.toDoubles();
      int size = values.length / count;
      for (int row = 0; row < count; row++) {
        System.arraycopy(values, row * size, vectors[row], at, size);
      }
      at += size;
    }
    return vectors;
  }

  int dimension() {
    return vectors[0].length;
  }

  /** Whether their entries belong to the same parameters, as far as the files say. */
  boolean fits(VectorFile other) {
    return dimension() == other.dimension()
        && (tensors.isEmpty()
            || other.tensors.isEmpty()
            || List.copyOf(tensors.entrySet()).equals(List.copyOf(other.tensors.entrySet())));
  }

  private static BadInputException refusal(Path path, String what) {
    return new BadInputException("%s: %s".formatted(path, what), REMEDY);
  }
}
