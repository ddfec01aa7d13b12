package dev.hesse.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A dense tensor of which no element is in memory: rows are read from where they are kept, when
 * they are asked for.
 */
public final class DeferredTensor implements NumberArray {
  private final DType dtype;
  private final long[] shape;
  private final Reader reader;

  /** Reads slices along the first dimension. */
  @FunctionalInterface
  public interface Reader {
    /**
     * The slices with the given numbers, in that order.
     *
     * @throws BadInputException if what is there is not what was announced
     */
    StoredTensor read(int[] rows) throws IOException;
  }

  public DeferredTensor(DType dtype, long[] shape, Reader reader) {
    this.dtype = dtype;
    this.shape = shape.clone();
    this.reader = reader;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Memory and time are proportional to the number of rows.
   *
   * @throws UncheckedIOException if a file cannot be read, or became shorter
   */
  @Override
  public StoredTensor rows(int[] numbers) {
    DataArray.sizeOfRows(numbers.length, shape, dtype.bytes());
    for (int number : numbers) {
      Objects.checkIndex(number, shape[0]);
    }
    long[] taken = shape.clone();
    taken[0] = numbers.length;
    try {
      return reader.read(numbers).reshaped(taken);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws IllegalArgumentException if the other shape has other rows
   */
  @Override
  public DeferredTensor reshaped(long[] other) {
    if (other.length == 0
        || other[0] != shape[0]
        || StoredTensor.elementCount(other) != StoredTensor.elementCount(shape)) {
      throw new IllegalArgumentException(
          "expected %d rows of as many elements as in %s, got %s"
              .formatted(shape[0], Arrays.toString(shape), Arrays.toString(other)));
    }
    return new DeferredTensor(dtype, other, reader);
  }

  @Override
  public StoredTensor whole() {
    DataArray.sizeOfRows((int) Math.min(Integer.MAX_VALUE, shape[0]), shape, dtype.bytes());
    return rows(IntStream.range(0, (int) shape[0]).toArray());
  }
}
