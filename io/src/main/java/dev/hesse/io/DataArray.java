package dev.hesse.io;

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
