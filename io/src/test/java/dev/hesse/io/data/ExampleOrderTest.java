package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleOrderTest {

  /** Numbers themselves as examples: input and label are the number. */
  private static final class Numbers implements Dataset {
    @Override
    public String source() {
      return "numbers";
    }

    @Override
    public int examples() {
      return 10;
    }

    @Override
    public int[] exampleShape() {
      return new int[] {1, 1, 1};
    }

    @Override
    public int classes() {
      return 10;
    }

    @Override
    public int[] labels() {
      throw new UnsupportedOperationException();
    }

    @Override
    public float[] black() {
      return new float[] {0};
    }

    @Override
    public ImageBatch images(int[] numbers) {
      float[] inputs = new float[numbers.length];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = numbers[i];
      }
      return new ImageBatch(inputs, numbers);
    }
  }

  @Test
  void shuffleIsAPermutationThatTheSeedFixes() {
    int[] numbers = new ExampleOrder.Shuffled(1).first(10, 10);

    // Recorded once: a change would select other examples for the same seed.
    assertThat(numbers).containsExactly(6, 4, 1, 8, 7, 2, 5, 9, 3, 0);
    assertThat(Arrays.stream(numbers).sorted()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(new ExampleOrder.Shuffled(2).first(10, 10)).isNotEqualTo(numbers);
  }

  @Test
  void fewerExamplesAreAPrefix() {
    ExampleOrder order = new ExampleOrder.Shuffled(7);
    assertThat(order.first(40, 100)).isEqualTo(Arrays.copyOf(order.first(100, 100), 40));
  }

  @Test
  void everyExampleIsEquallyLikelyToBeFirst() {
    int seeds = 20_000;
    int[] counts = new int[10];
    IntStream.range(0, seeds).forEach(s -> counts[new ExampleOrder.Shuffled(s).first(1, 10)[0]]++);

    // Each count is binomial with p = 1/10; 5 standard deviations are exceeded once in 10⁵ runs.
    double deviation = Math.sqrt(seeds * 0.1 * 0.9);
    for (int count : counts) {
      assertThat((double) count)
          .isBetween(seeds * 0.1 - 5 * deviation, seeds * 0.1 + 5 * deviation);
    }
  }

  @Test
  void rangesFollowTheOrder() {
    BatchSource source = new Numbers().inOrder(new ExampleOrder.Shuffled(3), 6);
    int[] numbers = new ExampleOrder.Shuffled(3).first(6, 10);

    assertThat(source.examples()).isEqualTo(6);
    assertThat(source.read(2, 3).array(Batch.LABELS))
        .isInstanceOfSatisfying(
            StoredTensor.class,
            labels ->
                assertThat(labels.toDoubles()).containsExactly(numbers[2], numbers[3], numbers[4]));
    assertThat(source.read(6, 0).size()).isZero();
    assertThatThrownBy(() -> source.read(4, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesMoreExamplesThanThereAre() {
    ExampleOrder order = new ExampleOrder.Sequential();
    assertThatThrownBy(() -> new Numbers().inOrder(order, 11))
        .isInstanceOf(BadInputException.class)
        .hasMessage("numbers: 11 examples asked for, 10 there. Ask for at most 10.");
    assertThatThrownBy(() -> new Numbers().inOrder(order, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
