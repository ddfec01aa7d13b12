package dev.hesse.io.data;

import java.util.Arrays;
import java.util.Objects;

/** Some examples of a dataset, in the order of their listed numbers. */
final class Selection implements BatchSource {
  private final Dataset dataset;
  private final int[] numbers;

  Selection(Dataset dataset, int[] numbers) {
    this.dataset = dataset;
    this.numbers = numbers;
  }

  @Override
  public String source() {
    return dataset.source();
  }

  @Override
  public int examples() {
    return numbers.length;
  }

  @Override
  public int[] exampleShape() {
    return dataset.exampleShape();
  }

  @Override
  public int classes() {
    return dataset.classes();
  }

  @Override
  public Batch read(int from, int count) {
    Objects.checkFromIndexSize(from, count, numbers.length);
    return dataset.read(Arrays.copyOfRange(numbers, from, from + count));
  }
}
