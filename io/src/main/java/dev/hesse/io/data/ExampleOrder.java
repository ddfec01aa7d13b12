package dev.hesse.io.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which examples of a dataset come first. */
public sealed interface ExampleOrder {

  /** The order's name in a report: {@code sequential} or {@code shuffled}. */
  String label();

  /**
   * The numbers of the first {@code count} of {@code examples} examples, without repetition. A
   * smaller count gives a prefix of what a larger one gives.
   */
  int[] first(int count, int examples);

  /** The order of the files. */
  record Sequential() implements ExampleOrder {
    @Override
    public String label() {
      return "sequential";
    }

    @Override
    public int[] first(int count, int examples) {
      return IntStream.range(0, count).toArray();
    }
  }

  /**
   * A uniformly random order that depends on the seed and the number of examples alone, the same on
   * every machine.
   *
   * <p>Fisher and Yates' shuffle from the front: for i = 0, 1, …, count − 1 the entry at i swaps
   * with the entry at i + r, where r is drawn from 0, …, examples − i − 1 by {@link
   * SplittableRandom#nextInt(int)} of the generator with this seed.
   */
  record Shuffled(long seed) implements ExampleOrder {
    @Override
    public String label() {
      return "shuffled";
    }

    @Override
    public int[] first(int count, int examples) {
      SplittableRandom random = new SplittableRandom(seed);
      int[] numbers = IntStream.range(0, examples).toArray();
      for (int i = 0; i < count; i++) {
        int j = i + random.nextInt(examples - i);
        int swapped = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = swapped;
      }
      return Arrays.copyOf(numbers, count);
    }
  }
}
