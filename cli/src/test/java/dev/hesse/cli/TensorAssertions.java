package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Compares the tensors of files. */
final class TensorAssertions {
  private TensorAssertions() {}

  /** Names, their order, element types, shapes and bits. */
  static void assertSameTensors(Path actual, Path expected) throws IOException {
    assertSameTensors(Checkpoint.read(actual).tensors(), Checkpoint.read(expected).tensors());
  }

  static void assertSameTensors(
      Map<String, StoredTensor> actual, Map<String, StoredTensor> expected) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
          assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
          assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data());
        });
  }
}
