package dev.hesse.io;

import java.util.Arrays;
import java.util.List;

/** A dense array of numbers or of texts, in row-major order. */
public sealed interface DataArray permits NumberArray, TextTensor {

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
    if (arrays.size() == 1) {
      return first;
    }
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
      rows = sum(rows, shape[0]);
    }
    long[] shape = first.shape();
    shape[0] = rows;
    if (first instanceof NumberArray numbers) {
      return StoredTensor.joined(
          numbers.dtype(), shape, arrays.stream().map(a -> ((NumberArray) a).whole()).toList());
    }
    return new TextTensor(
        shape, arrays.stream().flatMap(a -> ((TextTensor) a).elements().stream()).toList());
  }

  private static long sum(long rows, long more) {
    if (more > Integer.MAX_VALUE - rows) {
      throw new BadInputException(
          "arrays have more than %,d rows together".formatted(Integer.MAX_VALUE),
          "Give fewer of them");
    }
    return rows + more;
  }

  /**
   * The size of some rows.
   *
   * @param unit the size of an element
   * @throws BadInputException if no array is as large
   */
  static int sizeOfRows(int rows, long[] shape, int unit) {
    if (shape.length == 0) {
      throw new IllegalArgumentException("expected an array of at least one dimension, got none");
    }
    long[] taken = shape.clone();
    taken[0] = rows;
    try {
      return Math.toIntExact(Math.multiplyExact(StoredTensor.elementCount(taken), unit));
    } catch (ArithmeticException e) {
      throw new BadInputException(
          "%,d rows of an array of shape %s are too many at once"
              .formatted(rows, Arrays.toString(shape)),
          "Take fewer examples at once: a smaller --mini-hessian-batch-size");
    }
  }
}
