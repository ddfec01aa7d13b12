package dev.hesse.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A dense array of texts as bytes, such as UTF-8 or serialised messages. */
public final class TextTensor implements DataArray {
  private final long[] shape;
  private final List<byte[]> elements;

  /**
   * @param elements in row-major order
   */
  public TextTensor(long[] shape, List<byte[]> elements) {
    this.shape = shape.clone();
    this.elements = List.copyOf(elements);
    if (StoredTensor.elementCount(shape) != elements.size()) {
      throw new IllegalArgumentException(
          "shape %s needs %d texts, got %d"
              .formatted(
                  Arrays.toString(shape), StoredTensor.elementCount(shape), elements.size()));
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public String elementType() {
    return "text";
  }

  /** In row-major order. */
  public List<byte[]> elements() {
    return elements;
  }

  @Override
  public TextTensor reshaped(long[] other) {
    return new TextTensor(other, elements);
  }

  @Override
  public TextTensor rows(int[] numbers) {
    int size = DataArray.sizeOfRows(1, shape, 1);
    List<byte[]> rows = new ArrayList<>();
    for (int number : numbers) {
      int from = Objects.checkIndex(number, (int) shape[0]) * size;
      rows.addAll(elements.subList(from, from + size));
    }
    long[] rowsShape = shape.clone();
    rowsShape[0] = numbers.length;
    return new TextTensor(rowsShape, rows);
  }
}
