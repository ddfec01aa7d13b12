package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ImageBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochBatchesTest {
  private static final Optional<Augmentation> AUGMENTATION =
      Optional.of(new Augmentation(1, 1, new float[] {-1}));

  /** Example i is the pixel i + 1, with the label i. */
  private record Numbers(int examples) implements Dataset {
    @Override
    public String source() {
      return "numbers";
    }

    @Override
    public int[] exampleShape() {
      return new int[] {1, 1, 1};
    }

    @Override
    public int classes() {
      return examples;
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
        inputs[i] = numbers[i] + 1;
      }
      return new ImageBatch(inputs, numbers.clone());
    }
  }

  @Test
  void anEpochHasEveryExampleOnce() {
    List<Integer> labels = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (ImageBatch batch : batches(23, 5, 3, 0)) {
      sizes.add(batch.size());
      Arrays.stream(batch.labels()).forEach(labels::add);
    }
    assertThat(sizes).containsExactly(5, 5, 5, 5, 3);
    assertThat(labels).isNotEqualTo(IntStream.range(0, 23).boxed().toList());
    assertThat(labels).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 23).boxed().toList());
  }

  @Test
  void aBatchDependsOnSeedEpochAndPlaceOnly() {
    List<ImageBatch> all = batches(23, 5, 3, 0);
    List<ImageBatch> rest = batches(23, 5, 3, 2);
    assertThat(rest).hasSize(3);
    for (int i = 0; i < rest.size(); i++) {
      assertThat(rest.get(i).labels()).isEqualTo(all.get(i + 2).labels());
      assertThat(rest.get(i).inputs()).isEqualTo(all.get(i + 2).inputs());
    }
    assertThat(batches(23, 5, 4, 0).get(0).labels()).isNotEqualTo(all.get(0).labels());
  }

  private static List<ImageBatch> batches(int examples, int size, int epoch, int from) {
    List<ImageBatch> batches = new ArrayList<>();
    try (EpochBatches source =
        new EpochBatches(new Numbers(examples), size, AUGMENTATION, 1, epoch, from)) {
      for (int i = from; i < EpochBatches.count(examples, size); i++) {
        batches.add(source.take());
      }
    }
    return batches;
  }
}
