package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardedDatasetTest {
  private final List<String> reads = new ArrayList<>();

  /** Shards of 1 × 1 × 1 images with the value and the class of their example's number. */
  private ShardedDataset shards(int... counts) {
    List<ArrayDataset> shards = new ArrayList<>();
    int next = 0;
    for (int count : counts) {
      int first = next;
      String name = String.valueOf((char) ('a' + shards.size()));
      int[] labels = new int[count];
      for (int i = 0; i < count; i++) {
        labels[i] = next++;
      }
      DeferredTensor images =
          new DeferredTensor(
              DType.FLOAT32,
              new long[] {count, 1, 1, 1},
              rows -> {
                float[] values = new float[rows.length];
                for (int i = 0; i < rows.length; i++) {
                  reads.add(name + rows[i]);
                  values[i] = first + rows[i];
                }
                return StoredTensor.of(new long[] {rows.length}, values);
              });
      shards.add(
          new ArrayDataset(
              new ArrayDataset.Named(name, images),
              new ArrayDataset.Named(name, StoredTensor.of(new long[] {count}, labels)),
              null));
    }
    return new ShardedDataset("shards", shards);
  }

  @Test
  void nothingIsReadBeforeItIsAskedForAndNoMoreThan() {
    ShardedDataset data = shards(3, 1, 4);
    assertThat(data.examples()).isEqualTo(8);
    assertThat(data.classes()).isEqualTo(8);
    assertThat(data.labels()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    BatchSource shuffled = data.inOrder(new ExampleOrder.Shuffled(1)).reordered(order());
    assertThat(reads).isEmpty();

    ImageBatch batch = data.images(new int[] {7, 0, 4, 2, 4});
    assertThat(batch.inputs()).containsExactly(7, 0, 4, 2, 4);
    assertThat(batch.labels()).containsExactly(7, 0, 4, 2, 4);
    assertThat(reads).containsExactly("a0", "a2", "c0", "c0", "c3");

    reads.clear();
    StoredTensor images = (StoredTensor) shuffled.read(2, 3).array(Batch.IMAGES);
    assertThat(reads).hasSize(3);
    reads.clear();
    assertThat(images.toDoubles())
        .isEqualTo(
            ((StoredTensor) shuffled.read(0, 8).array(Batch.IMAGES))
                .rows(new int[] {2, 3, 4})
                .toDoubles());
    assertThat(reads).hasSize(8);
    assertThat(data.array().rows(new int[] {5, 3}).toDoubles()).containsExactly(5, 3);
  }

  private static int[] order() {
    return new int[] {5, 1, 0, 7, 2, 3, 6, 4};
  }

  @Test
  void numbersAndShards() {
    ShardedDataset data = shards(2, 2);
    assertThat(data.images(new int[0]).size()).isZero();
    assertThatThrownBy(() -> data.images(new int[] {0, 4}))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(reads).isEmpty();
    assertThatThrownBy(() -> new ShardedDataset("none", List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("none: there are no examples");
  }
}
