package dev.hesse.io.data;

import dev.hesse.io.BadInputException;

/** Labelled examples that can be read in any order. */
public interface Examples {

  /** As {@link BatchSource#source()}. */
  String source();

  /** The number of examples. */
  int examples();

  /**
   * Reads the examples with the given numbers, in that order; fails as {@link BatchSource#read}.
   */
  Batch read(int[] numbers);

  /** All examples, in the given order. */
  default BatchSource inOrder(ExampleOrder order) {
    return inOrder(order, examples());
  }

  /**
   * The first {@code count} examples of the given order.
   *
   * @throws IllegalArgumentException if {@code count} is not positive
   * @throws BadInputException if there are fewer examples
   */
  default BatchSource inOrder(ExampleOrder order, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("expected at least one example, got " + count);
    }
    if (count > examples()) {
      throw new BadInputException(
          "%s: %d examples asked for, %d there".formatted(source(), count, examples()),
          "Ask for at most " + examples());
    }
    return new Selection(this, order.first(count, examples()));
  }
}
