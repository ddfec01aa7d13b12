package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ImageBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyShardsTest {
  private static final int[] COUNTS = {3, 1, 4};

  @TempDir private Path folder;

  /** Example i has the value i everywhere, and is of class i. */
  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("images"));
    Files.createDirectories(folder.resolve("labels"));
    int next = 0;
    for (int shard = 0; shard < COUNTS.length; shard++) {
      float[] values = new float[COUNTS[shard] * 2 * 2 * 3];
      int[] labels = new int[COUNTS[shard]];
      for (int i = 0; i < labels.length; i++, next++) {
        labels[i] = next;
        Arrays.fill(values, i * 12, (i + 1) * 12, next);
      }
      Npy.write(
          folder.resolve("images/x-%d.npy".formatted(shard)),
          StoredTensor.of(new long[] {labels.length, 2, 2, 3}, values));
      Npy.write(
          folder.resolve("labels/y-%d.npy".formatted(shard)),
          StoredTensor.of(new long[] {labels.length}, labels));
    }
  }

  private static void assertRead(Dataset data) {
    assertThat(data.examples()).isEqualTo(8);
    assertThat(data.classes()).isEqualTo(8);
    ImageBatch batch = data.images(new int[] {7, 0, 3, 2});
    assertThat(batch.labels()).containsExactly(7, 0, 3, 2);
    assertThat(batch.inputs()).startsWith(7, 7).endsWith(2, 2).hasSize(48);
  }

  @Test
  void aFolderAndAPattern() throws IOException {
    Path images = folder.resolve("images");
    Path labels = folder.resolve("labels");
    assertThat(NpyShards.are(images)).isTrue();
    assertThat(NpyShards.are(images.resolve("x-*.npy"))).isTrue();
    assertThat(NpyShards.are(images.resolve("x-0.npy"))).isFalse();
    assertRead(NpyShards.open(images, labels, null));
    assertRead(NpyShards.open(images.resolve("x-*.npy"), labels.resolve("y-*.npy"), null));
  }

  @Test
  void filesThatDoNotGoTogether() throws IOException {
    Path images = folder.resolve("images");
    Path labels = folder.resolve("labels");
    assertThatThrownBy(() -> NpyShards.open(images, labels.resolve("y-[01].npy"), null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("has 3 npy files and");
    assertThatThrownBy(() -> NpyShards.open(images, labels.resolve("z-*.npy"), null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there are no npy files");
    Npy.write(images.resolve("x-3.npy"), StoredTensor.of(new long[] {1, 4, 4, 3}, new float[48]));
    Npy.write(labels.resolve("y-3.npy"), StoredTensor.of(new long[] {1}, new int[1]));
    assertThatThrownBy(() -> NpyShards.open(images, labels, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("examples have shape [4, 4, 3], those before [2, 2, 3]");
  }
}
