package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.Checkpoint.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WeightsWriterTest {
  private static final List<Format> WRITTEN =
      List.of(Format.PYTORCH_ZIP, Format.SAFETENSORS, Format.NPZ, Format.TENSORFLOW_CHECKPOINT);

  @TempDir Path folder;

  /**
   * Tensors of every type with every bit pattern of a byte, so that there are NaNs with payloads;
   * also without elements and without dimensions, under names of all kinds.
   */
  static Map<String, StoredTensor> everything() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      int patterns = dtype == DType.BOOL ? 2 : 256;
      ByteBuffer bits = ByteBuffer.allocate(2 * 256 * dtype.bytes());
      for (int i = 0; bits.hasRemaining(); i++) {
        bits.put((byte) (i % patterns));
      }
      String name = "z/" + dtype.label();
      tensors.put(name, new StoredTensor(dtype, new long[] {2, 64, 1, 4}, bits.flip()));
      tensors.put(name + ".scalar", tensor(dtype, 1));
      tensors.put(name + ".empty", tensor(dtype, 0, 0, 3));
      tensors.put(name + ".other_empty", tensor(dtype, 0, 5, 0));
    }
    ByteBuffer nan = ByteBuffer.wrap(new byte[] {1, 2, (byte) 0xa3, (byte) 0xff});
    tensors.put("größe.重み", new StoredTensor(DType.FLOAT32, new long[] {1}, nan));
    tensors.put("dense/kernel:0", tensor(DType.FLOAT32, 2, 2));
    tensors.put("a..b. c", tensor(DType.INT64, 1));
    tensors.put("A..b. c", tensor(DType.INT64, 1, 1));
    tensors.put("w.npy", tensor(DType.INT8, 1));
    return tensors;
  }

  private static StoredTensor tensor(DType dtype, int elements, long... shape) {
    return new StoredTensor(dtype, shape, ByteBuffer.allocate(elements * dtype.bytes()));
  }

  private static Map<String, StoredTensor> fitting(Format format) {
    Map<String, StoredTensor> tensors = everything();
    if (format == Format.NPZ) {
      tensors.values().removeIf(tensor -> tensor.dtype() == DType.BFLOAT16);
    }
    return tensors;
  }

  private static void assertSame(
      Map<String, StoredTensor> actual, Map<String, StoredTensor> expected) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
          assertThat(actual.get(name).shape()).as(name).containsExactly(tensor.shape());
          assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data());
        });
  }

  private Checkpoint write(Format format, String name, Map<String, StoredTensor> tensors)
      throws IOException {
    Path path = folder.resolve(name);
    WeightsWriter.write(format, path, new Weights(tensors, Map.of()));
    Checkpoint checkpoint = Checkpoint.read(path);
    assertThat(checkpoint.format()).isEqualTo(format);
    return checkpoint;
  }

  static Stream<Arguments> pairs() {
    return WRITTEN.stream()
        .flatMap(first -> WRITTEN.stream().map(second -> Arguments.of(first, second)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyBitSurvivesBothWays(Format first, Format second) throws IOException {
    Map<String, StoredTensor> tensors = fitting(first);
    tensors.keySet().retainAll(fitting(second).keySet());
    Checkpoint there = write(first, "a", tensors);
    assertSame(there.tensors(), tensors);
    Checkpoint andOn = write(second, "b", there.tensors());
    Checkpoint andBack = write(first, "c", andOn.tensors());
    assertSame(andBack.tensors(), tensors);
    assertThat(andBack.sha256()).as("the same content, the same bytes").isEqualTo(there.sha256());
  }

  @ParameterizedTest
  @MethodSource("written")
  void viewsBecomeTensorsOfTheirOwn(Format format) throws IOException {
    Map<String, StoredTensor> views = Checkpoint.read(TestData.checkpoint("views.pt")).tensors();
    assertSame(write(format, "a", views).tensors(), views);
  }

  static List<Format> written() {
    return WRITTEN;
  }

  /** Reading a file beyond 64 MiB maps it, and replacing it must not change what was read. */
  @ParameterizedTest
  @MethodSource("written")
  void replacesItsOwnSource(Format format) throws IOException {
    StoredTensor large =
        new StoredTensor(DType.UINT8, new long[] {65 << 20}, ByteBuffer.allocate(65 << 20));
    Map<String, StoredTensor> tensors = Map.of("w", large);
    Checkpoint read = write(format, "a", tensors);
    assertSame(write(format, "a", read.tensors()).tensors(), tensors);
  }

  @Test
  void onlySafetensorsHoldsMetadata() throws IOException {
    Checkpoint training = Checkpoint.read(TestData.checkpoint("training.pt"));
    Weights weights = new Weights(training.tensors(), training.metadata());
    Path path = folder.resolve("a");
    WeightsWriter.write(Format.SAFETENSORS, path, weights);
    assertThat(Checkpoint.read(path).metadata()).isEqualTo(training.metadata());
    WeightsWriter.write(Format.PYTORCH_ZIP, path, weights);
    assertThat(Checkpoint.read(path).metadata()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothingBehindWhereItFails(Format format) throws IOException {
    Path inMissingFolder = folder.resolve("missing/a");
    Weights weights = new Weights(Map.of("w", tensor(DType.INT8, 1)), Map.of());
    assertThatThrownBy(() -> WeightsWriter.write(format, inMissingFolder, weights))
        .isInstanceOfAny(NoSuchFileException.class, IllegalArgumentException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(names = {"PYTORCH_LEGACY", "SAVED_MODEL"})
  void doesNotWriteOtherFormats(Format format) {
    Weights weights = new Weights(Map.of(), Map.of());
    assertThatThrownBy(() -> WeightsWriter.write(format, folder.resolve("a"), weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a format that is written, got " + format.label());
    assertThat(folder).isEmptyDirectory();
  }
}
