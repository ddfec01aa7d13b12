package dev.hesse.io.npy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import dev.hesse.io.zip.TestZip;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes give arrays or a {@link BadInputException}. */
class NpzFuzzTest {
  static Stream<byte[]> archives() {
    return Stream.of(
        NpzTest.sound().build(),
        TestData.checkpointBytes("arrays.npz"),
        TestData.checkpointBytes("arrays-compressed.npz"));
  }

  static Stream<byte[]> deflated() {
    return Stream.of(new byte[] {3, 0}, new byte[] {99, 100, 98, 102, 1, 0});
  }

  @MethodSource("archives")
  @FuzzTest(maxDuration = "5m")
  void archive(byte[] content) throws IOException {
    read(content);
  }

  /** Deflated data within a sound archive, so that mutations need not guess its length. */
  @MethodSource("deflated")
  @FuzzTest(maxDuration = "5m")
  void deflated(byte[] data) throws IOException {
    TestZip zip = NpzTest.sound();
    zip.get("b.npy").raw = data;
    read(zip.build());
  }

  private static void read(byte[] content) throws IOException {
    try {
      Npz.read(FileBytes.of(content)).tensors().values().forEach(StoredTensor::toDoubles);
    } catch (BadInputException e) {
      if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", e);
      }
    }
  }
}
