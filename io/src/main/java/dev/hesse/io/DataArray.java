package dev.hesse.io;

import java.util.Arrays;
import java.util.List;

/** A dense array of numbers or of texts, in row-major order. */
public sealed interface DataArray permits StoredTensor, TextTensor {

  /** A copy of the dimensions, outermost first. */
  long[] shape();

  /** What the elements are, such as {@code float32} or {@code text}. */
  String elementType();

  /**
   * The slices along the first dimension with the given numbers, in that order.
   *
   * @throws IndexOutOfBoundsException if there is no such slice
   * @throws IllegalArgumentException if the array has no dimension
   */
  DataArray rows(int[] numbers);

  /** The same elements in another shape of as many. */
  DataArray reshaped(long[] shape);

  /**
   * Arrays one after the other along the first dimension.
   *
   * @throws BadInputException if they differ in type or in another dimension
   */
  static DataArray concatenated(List<DataArray> arrays) {
    DataArray first = arrays.get(0);
    long rows = 0;
    for (DataArray array : arrays) {
      long[] shape = array.shape();
      if (!array.elementType().equals(first.elementType())
          || shape.length == 0
          || shape.length != first.shape().length
          || !Arrays.equals(shape, 1, shape.length, first.shape(), 1, shape.length)) {
        throw new BadInputException(
            "arrays of %s %s and %s %s do not go together"
                .formatted(
                    first.elementType(),
                    Arrays.toString(first.shape()),
                    array.elementType(),
                    Arrays.toString(shape)),
            "Give arrays that differ in their first dimension alone");
      }
      rows += shape[0];
    }
    long[] shape = first.shape();
    shape[0] = rows;
    if (first instanceof StoredTensor numbers) {
      return StoredTensor.joined(
          numbers.dtype(), shape, arrays.stream().map(StoredTensor.class::cast).toList());
    }
    return new TextTensor(
        shape, arrays.stream().flatMap(a -> ((TextTensor) a).elements().stream()).toList());
  }

  /** The product of all dimensions but the first. */
  static int rowSize(long[] shape) {
    if (shape.length == 0) {
      throw new IllegalArgumentException("expected an array of at least one dimension, got none");
    }
    long size = 1;
    for (int i = 1; i < shape.length; i++) {
      size = Math.multiplyExact(size, shape[i]);
    }
    return Math.toIntExact(size);
  }
}
