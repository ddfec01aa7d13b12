package dev.hesse.io.data;

import java.io.UncheckedIOException;

/** The labelled examples of one computation, in a fixed order, read by ranges of that order. */
public interface BatchSource {

  /**
   * Where the examples come from, as a report names it: the folder or files as the user gave them.
   */
  String source();

  /** The number of examples. */
  int examples();

  /**
   * Reads the examples {@code from}, …, {@code from + count - 1}; memory and time are proportional
   * to {@code count}, whatever was read before.
   *
   * @throws IndexOutOfBoundsException if the range is not within {@link #examples()}
   * @throws UncheckedIOException if a file cannot be read, or became shorter since it was opened
   */
  Batch read(int from, int count);

  /**
   * Where an example of this order is in the order of a larger source that this is a part of, such
   * as that of a computation that is spread over machines; its own number otherwise. Random draws
   * for an example depend on it.
   */
  default int position(int number) {
    return number;
  }

  /**
   * The same examples in another order.
   *
   * @param order which example of this order comes first, second, …: a permutation
   */
  BatchSource reordered(int[] order);
}
