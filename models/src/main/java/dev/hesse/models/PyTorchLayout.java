package dev.hesse.models;

import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The two axis orders of a weight tensor. PyTorch keeps convolution kernels as out × in × height ×
 * width and linear ones as out × in, TensorFlow as height × width × in × out and in × out; other
 * ranks are the same in both.
 */
public final class PyTorchLayout {
  private PyTorchLayout() {}

  /** The shape that a graph variable has in PyTorch. */
  public static List<Long> shape(List<Long> graphShape) {
    return switch (graphShape.size()) {
      case 2 -> List.of(graphShape.get(1), graphShape.get(0));
      case 4 -> List.of(graphShape.get(3), graphShape.get(2), graphShape.get(0), graphShape.get(1));
      default -> List.copyOf(graphShape);
    };
  }

  /** The inverse of {@link #shape}. */
  public static List<Long> graphShape(List<Long> shape) {
    return switch (shape.size()) {
      case 2 -> List.of(shape.get(1), shape.get(0));
      case 4 -> List.of(shape.get(2), shape.get(3), shape.get(1), shape.get(0));
      default -> List.copyOf(shape);
    };
  }

  /** A tensor of PyTorch's in the graph's axis order; every element keeps its bits. */
  public static StoredTensor toGraph(StoredTensor tensor) {
    List<Long> shape = graphShape(listOf(tensor.shape()));
    return reordered(tensor, shape, shape, true);
  }

  /** The inverse of {@link #toGraph(StoredTensor)}. */
  public static StoredTensor fromGraph(StoredTensor tensor) {
    List<Long> graphShape = listOf(tensor.shape());
    return reordered(tensor, shape(graphShape), graphShape, false);
  }

  private static List<Long> listOf(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static StoredTensor reordered(
      StoredTensor tensor, List<Long> shape, List<Long> graphShape, boolean toGraph) {
    long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
    boolean same = shape.size() != 2 && shape.size() != 4;
    if (same || tensor.elementCount() == 0) {
      return new StoredTensor(tensor.dtype(), dimensions, tensor.data());
    }
    ByteBuffer data = tensor.data();
    ByteBuffer result = ByteBuffer.allocate(data.remaining());
    int bytes = tensor.dtype().bytes();
    int[] source = sourceIndices(graphShape);
    for (int i = 0; i < source.length; i++) {
      int from = toGraph ? source[i] : i;
      int to = toGraph ? i : source[i];
      result.put(to * bytes, data, from * bytes, bytes);
    }
    return new StoredTensor(tensor.dtype(), dimensions, result);
  }

  /**
   * Reorders elements from PyTorch's order into the graph's.
   *
   * @param values row-major in {@link #shape}
   * @param graphShape of the variable in the graph
   */
  public static double[] toGraph(double[] values, List<Long> graphShape) {
    double[] result = new double[values.length];
    int[] source = sourceIndices(graphShape);
    for (int i = 0; i < result.length; i++) {
      result[i] = values[source[i]];
    }
    return result;
  }

  /** The inverse of {@link #toGraph}. */
  public static double[] fromGraph(double[] values, List<Long> graphShape) {
    double[] result = new double[values.length];
    int[] source = sourceIndices(graphShape);
    for (int i = 0; i < result.length; i++) {
      result[source[i]] = values[i];
    }
    return result;
  }

  /** For each element in the graph's order, its position in PyTorch's. */
  private static int[] sourceIndices(List<Long> graphShape) {
    int[] shape = graphShape.stream().mapToInt(Math::toIntExact).toArray();
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    int[] source = new int[size];
    for (int i = 0; i < size; i++) {
      source[i] =
          switch (shape.length) {
            case 2 -> i % shape[1] * shape[0] + i / shape[1];
            case 4 -> {
              int out = i % shape[3];
              int in = i / shape[3] % shape[2];
              int pixel = i / (shape[3] * shape[2]);
              yield (out * shape[2] + in) * shape[0] * shape[1] + pixel;
            }
            default -> i;
          };
    }
    return source;
  }
}
