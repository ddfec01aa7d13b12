package dev.hesse.io.tensorbundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import dev.hesse.io.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.DataType;

class TensorBundleTest {
  @TempDir Path folder;

  /** Every element type, as a matrix, a scalar, a vector, and without elements; any bits. */
  private static Map<String, StoredTensor> everyType() {
    Random random = new Random(1);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      for (long[] shape : new long[][] {{3, 2}, {}, {5}, {0}, {2, 0, 3}}) {
        byte[] data = new byte[(int) StoredTensor.elementCount(shape) * dtype.bytes()];
        random.nextBytes(data);
        if (dtype == DType.BOOL) {
          for (int i = 0; i < data.length; i++) {
            data[i] &= 1;
          }
        }
        tensors.put(
            "%s/%dd of %d".formatted(dtype.label(), shape.length, data.length),
            new StoredTensor(dtype, shape, ByteBuffer.wrap(data)));
      }
    }
    return tensors;
  }

  private static StoredTensor vector(int... elements) {
    return new StoredTensor(
        DType.INT32, new long[] {elements.length}, ByteBuffer.wrap(TestTable.little(elements)));
  }

  private static void assertSame(
      Map<String, StoredTensor> actual, Map<String, StoredTensor> expected) {
    assertThat(actual.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
          assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
          assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data());
        });
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void keepsEveryBit() throws Exception {
    Map<String, StoredTensor> tensors = everyType();
    Path prefix = folder.resolve("net.ckpt");
    TensorBundle.write(prefix, tensors);

    assertThat(files()).containsExactly("net.ckpt.data-00000-of-00001", "net.ckpt.index");
    Weights weights = TensorBundle.read(prefix);
    assertSame(weights.tensors(), tensors);
    assertThat(weights.metadata()).isEmpty();
  }

  @Test
  void tensorFlowRestoresTheSame() throws Exception {
    Map<String, StoredTensor> tensors = everyType();
    Path prefix = folder.resolve("net.ckpt");
    TensorBundle.write(prefix, tensors);

    assertSame(TensorFlowOps.restore(prefix, tensors), tensors);
  }

  @Test
  void keepsTheOrderOfSaving() throws Exception {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (String name : new String[] {"conv", "bn", "layer", "fc", "a"}) {
      tensors.put(name, vector(1));
    }
    TensorBundle.write(folder.resolve("net"), tensors);

    assertThat(TensorBundle.read(folder.resolve("net")).tensors().keySet())
        .containsExactly("conv", "bn", "layer", "fc", "a");
  }

  @Test
  void writesAShardWithoutBytes() throws Exception {
    Map<String, StoredTensor> empty = Map.of("w", vector());
    TensorBundle.write(folder.resolve("empty"), empty);

    assertSame(TensorBundle.read(folder.resolve("empty")).tensors(), empty);
    assertThat(folder.resolve("empty.data-00000-of-00001")).isEmptyFile();
  }

  @Test
  void replacesABundle() throws Exception {
    Path prefix = folder.resolve("net");
    Files.writeString(folder.resolve("checkpoint"), "of others");
    TensorBundle.write(prefix, Map.of("old", vector(1, 2, 3)));
    Path stale = Files.writeString(BundleNames.shard(prefix, 1, 2), "of an older one still");
    Path ofAnother = Files.writeString(folder.resolve("other.data-00001-of-00002"), "");
    TensorBundle.write(prefix, Map.of("new", vector(4)));
    assertThat(stale).doesNotExist();
    assertThat(Files.deleteIfExists(ofAnother)).isTrue();

    assertSame(TensorBundle.read(prefix).tensors(), Map.of("new", vector(4)));
    assertThat(folder.resolve("checkpoint")).hasContent("of others");
  }

  @Test
  void leavesNothingOfWhatFails() {
    Path prefix = folder.resolve("absent").resolve("net");
    assertThatThrownBy(() -> TensorBundle.write(prefix, Map.of("w", vector(1))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> TensorBundle.write(folder.resolve("net"), Map.of("", vector(1))))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("a tensor has no name");
    assertThatThrownBy(() -> TensorBundle.write(folder.resolve("net"), Map.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("there are no tensors");
    assertThat(folder).isEmptyDirectory();
  }

  /** As TensorFlow's savers write from several devices, with an object graph as Keras has it. */
  @Test
  void readsShardsAndLeavesOutText() throws Exception {
    TensorBundle.write(folder.resolve("a"), Map.of("x", vector(1, 2), "z", vector(3)));
    TensorBundle.write(folder.resolve("b"), Map.of("y", vector(4)));
    TensorFlowOps.run(
        tf ->
            tf.train
                .save(
                    tf.constant(folder.resolve("c").toString()),
                    TensorFlowOps.strings(tf, List.of("_CHECKPOINTABLE_OBJECT_GRAPH")),
                    TensorFlowOps.strings(tf, List.of("")),
                    List.of(tf.constant("nodes")))
                .op());
    Path merged = folder.resolve("net");
    TensorFlowOps.merge(
        List.of(folder.resolve("a"), folder.resolve("b"), folder.resolve("c")), merged);

    assertThat(files())
        .containsExactly(
            "net.data-00000-of-00003",
            "net.data-00001-of-00003",
            "net.data-00002-of-00003",
            "net.index");
    Weights weights = TensorBundle.read(merged);
    Map<String, StoredTensor> expected = Map.of("x", vector(1, 2), "y", vector(4), "z", vector(3));
    assertSame(weights.tensors(), expected);
    assertSame(TensorFlowOps.restore(merged, expected), expected);
    assertThat(weights.omitted()).containsExactly("_CHECKPOINTABLE_OBJECT_GRAPH");

    Files.delete(folder.resolve("net.data-00001-of-00003"));
    assertRefused(merged, "net.data-00001-of-00003: there is no such file");
  }

  @Test
  void refusesDamagedShards() throws Exception {
    Path prefix = folder.resolve("net");
    Path shard = BundleNames.shard(prefix, 0, 1);
    TensorBundle.write(prefix, Map.of("w", vector(1, 2, 3)));
    byte[] data = Files.readAllBytes(shard);

    data[5] ^= 1;
    Files.write(shard, data);
    assertRefused(prefix, "tensor 'w': its 12 bytes at 0 of shard 0 do not have their checksum");
    Files.write(shard, new byte[11]);
    assertRefused(prefix, "tensor 'w' ends at 12 of shard 0, which has 11 bytes");
    Files.write(shard, new byte[0]);
    assertRefused(prefix, "tensor 'w' ends at 12 of shard 0, which has 0 bytes");
    Files.delete(BundleNames.index(prefix));
    assertRefused(prefix, "net.index: there is no such file");
  }

  /** The number of shards in an index is no reason to allocate. */
  @Test
  void countsOnlyShardsThatExist() throws Exception {
    Files.write(folder.resolve("net.index"), TestIndex.ofShards(Integer.MAX_VALUE).build());
    assertRefused(folder.resolve("net"), "net.data-00000-of-2147483647: there is no such file");
  }

  @Test
  void refusesTextThatLiesBeyondItsShard() throws Exception {
    Files.write(
        folder.resolve("net.index"),
        TestIndex.ofShards(1)
            .with("text", TestIndex.entry(DataType.DT_STRING, 90).build())
            .build());
    Files.write(folder.resolve("net.data-00000-of-00001"), new byte[89]);
    assertRefused(folder.resolve("net"), "tensor 'text' ends at 90 of shard 0");
  }

  private static void assertRefused(Path prefix, String message) {
    assertThatThrownBy(() -> TensorBundle.read(prefix))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "half-plus-two-tf1, 5, false",
    "heart-failure-columns, 55, true",
    "cartpole-policy, 7, true"
  })
  void readsPublishedBundles(String model, int count, boolean objectGraph) throws Exception {
    Path prefix = TestData.shared("savedmodels/" + model + "/variables").resolve("variables");
    Weights weights = TensorBundle.read(prefix);

    assertThat(weights.tensors()).hasSize(count);
    assertThat(weights.omitted().isEmpty()).isEqualTo(!objectGraph);
    assertSame(TensorFlowOps.restore(prefix, weights.tensors()), weights.tensors());
  }
}
