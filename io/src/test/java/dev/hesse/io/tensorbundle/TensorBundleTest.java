package dev.hesse.io.tensorbundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBundleTest {
  @TempDir Path folder;

  /** Every element type, as a scalar, a vector, a matrix, and without elements; any bits. */
  private static Map<String, StoredTensor> everyType() {
    Random random = new Random(1);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      for (long[] shape : new long[][] {{3, 2}, {}, {5}, {0}, {2, 0, 3}}) {
        byte[] data = new byte[(int) StoredTensor.elementCount(shape) * dtype.bytes()];
        random.nextBytes(data);
        tensors.put(
            dtype.label() + "/" + shape.length + "." + data.length,
            new StoredTensor(dtype, shape, ByteBuffer.wrap(data)));
      }
    }
    return tensors;
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

  @Test
  void keepsEveryBit() throws Exception {
    Map<String, StoredTensor> tensors = everyType();
    Path prefix = folder.resolve("net.ckpt");
    TensorBundle.write(prefix, tensors);

    assertSame(TensorBundle.read(prefix).tensors(), tensors);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("net.ckpt.index", "net.ckpt.data-00000-of-00001");
    }
  }

  @Test
  void readsByEveryName() throws Exception {
    Path prefix = folder.resolve("net.ckpt");
    TensorBundle.write(prefix, everyType());
    Files.writeString(folder.resolve("checkpoint"), "model_checkpoint_path: \"net.ckpt\"\n");
    for (String name :
        new String[] {"net.ckpt", "net.ckpt.index", "net.ckpt.data-00000-of-00001", "."}) {
      assertThat(Checkpoint.read(folder.resolve(name)).tensors()).hasSize(65);
    }
  }
}
