package dev.hesse.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where each trainable tensor lies in a flat vector of all n parameters: one after another in the
 * given order, each in row-major order of its shape in the graph.
 */
public final class ParameterLayout {
  private final List<Parameter> parameters;
  private final int dimension;

  /**
   * One trainable tensor.
   *
   * @param name of its variable
   * @param shape in the graph, outermost dimension first
   * @param offset of its first element in the flat vector
   * @param size its number of elements
   */
  public record Parameter(String name, List<Long> shape, int offset, int size) {}

  private ParameterLayout(List<Parameter> parameters, int dimension) {
    this.parameters = List.copyOf(parameters);
    this.dimension = dimension;
  }

  /**
   * Lays out tensors in the order of the map's entries.
   *
   * @param shapes by variable name
   * @throws ArithmeticException if there are more than 2³¹ − 1 elements
   */
  public static ParameterLayout of(Map<String, List<Long>> shapes) {
    List<Parameter> parameters = new ArrayList<>();
    int offset = 0;
    for (Map.Entry<String, List<Long>> entry : shapes.entrySet()) {
      List<Long> shape = List.copyOf(entry.getValue());
      int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
      parameters.add(new Parameter(entry.getKey(), shape, offset, size));
      offset = Math.addExact(offset, size);
    }
    return new ParameterLayout(parameters, offset);
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** The number n of all elements together. */
  public int dimension() {
    return dimension;
  }

  /** The offset of each parameter, followed by {@link #dimension()}. */
  public int[] offsets() {
    int[] offsets = new int[parameters.size() + 1];
    for (int i = 0; i < parameters.size(); i++) {
      offsets[i] = parameters.get(i).offset();
    }
    offsets[parameters.size()] = dimension;
    return offsets;
  }
}
