package dev.hesse.io.data;

import java.util.Arrays;
import java.util.Objects;

/** Some of the examples, in the order of their listed numbers. */
final class Selection implements BatchSource {
  private final Examples examples;
  private final int[] numbers;

  Selection(Examples examples, int[] numbers) {
    this.examples = examples;
    this.numbers = numbers;
  }

  @Override
  public String source() {
    return examples.source();
  }

  @Override
  public int examples() {
    return numbers.length;
  }

  @Override
  public BatchSource reordered(int[] order) {
    if (order.length != numbers.length) {
      throw new IllegalArgumentException(
          "expected an order of %d examples, got %d".formatted(numbers.length, order.length));
    }
    return new Selection(examples, Arrays.stream(order).map(i -> numbers[i]).toArray());
  }

  @Override
  public Batch read(int from, int count) {
    Objects.checkFromIndexSize(from, count, numbers.length);
    return examples.read(Arrays.copyOfRange(numbers, from, from + count));
  }
}
