package dev.hesse.models;

import java.util.ArrayList;
import java.util.Collections;
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
    List<Long> shape = new ArrayList<>(graphShape);
    Collections.reverse(shape);
    if (shape.size() == 4) {
      Collections.swap(shape, 2, 3);
    }
    return List.copyOf(shape);
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
