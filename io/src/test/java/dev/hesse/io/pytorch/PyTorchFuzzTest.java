package dev.hesse.io.pytorch;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import dev.hesse.io.zip.Region;
import dev.hesse.io.zip.TestZip;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes give weights or a {@link BadInputException}. Without JAZZER_FUZZ=1 the seeds and what
 * fuzzing once found run as a regression test.
 */
class PyTorchFuzzTest {
  static Stream<byte[]> pickles() throws IOException {
    Stream.Builder<byte[]> seeds = Stream.builder();
    seeds.add(Pickle.stateDict());
    for (String name : new String[] {"training.pt", "protocol4.pt", "protocol5.pt", "views.pt"}) {
      FileBytes file = FileBytes.of(TestData.checkpointBytes(name));
      Region region = PyTorchArchive.read(file).get("data.pkl");
      byte[] pickle = new byte[(int) region.length()];
      file.slice(region.offset(), region.length()).get(pickle);
      seeds.add(pickle);
    }
    return seeds.build();
  }

  static Stream<byte[]> zips() {
    return Stream.of(
        TestCheckpoint.zip().build(),
        TestData.checkpointBytes("views.pt"),
        TestData.checkpointBytes("parameters.pt"));
  }

  static Stream<byte[]> legacies() {
    return Stream.of(
        TestLegacy.checkpoint(),
        TestData.checkpointBytes("legacy.pt"),
        TestData.checkpointBytes("legacy-protocol1.pt"),
        TestData.checkpointBytes("legacy-protocol4.pt"));
  }

  /** A pickle within a sound archive, so that mutations need not guess a CRC. */
  @MethodSource("pickles")
  @FuzzTest(maxDuration = "5m")
  void pickle(byte[] pickle) throws IOException {
    TestZip zip =
        TestCheckpoint.zip(pickle, Pickle.floats(1, 2), new byte[24], new byte[8], new byte[0]);
    readZip(zip.build());
  }

  @MethodSource("zips")
  @FuzzTest(maxDuration = "5m")
  void zip(byte[] content) throws IOException {
    readZip(content);
  }

  @MethodSource("legacies")
  @FuzzTest(maxDuration = "5m")
  void legacy(byte[] content) throws IOException {
    try {
      PyTorchLegacy.read(FileBytes.of(content)).tensors().values().forEach(StoredTensor::toDoubles);
    } catch (BadInputException e) {
      requireOneLine(e);
    }
  }

  private static void readZip(byte[] content) throws IOException {
    try {
      PyTorchZip.read(FileBytes.of(content)).tensors().values().forEach(StoredTensor::toDoubles);
    } catch (BadInputException e) {
      requireOneLine(e);
    }
  }

  private static void requireOneLine(BadInputException e) {
    if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
      throw new AssertionError("more than one line", e);
    }
  }
}
