package dev.hesse.io.tensorbundle;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.DataType;

/** Any bytes give an index or a {@link BadInputException}. */
class BundleFuzzTest {
  private static final byte[] HEADER = TestIndex.header().build().toByteArray();
  private static final byte[] ENTRY =
      TestIndex.entry(DataType.DT_HALF, 12, 2, 3).setOffset(4).setCrc32C(-1).build().toByteArray();

  static Stream<byte[]> files() {
    return Stream.of(TestIndex.ofShards(1).with("w", ENTRY).build());
  }

  static Stream<byte[]> blocks() {
    return Stream.of(
        TestTable.block(
            TestTable.entry("", HEADER),
            TestTable.entry("w1", ENTRY),
            TestTable.entry(1, new byte[] {'2'}, ENTRY)));
  }

  static Stream<byte[]> compressed() {
    return blocks()
        .map(
            block ->
                TestTable.concat(
                    TestTable.varint(block.length + 4),
                    new byte[] {(byte) (60 << 2), (byte) (block.length - 1)},
                    block,
                    new byte[] {1, 4}));
  }

  static Stream<byte[]> descriptions() {
    return Stream.of(ENTRY);
  }

  static Stream<byte[]> partitions() {
    return Stream.of(PartitionedTensorTest.whole("0,2:-", "2,1:-").build().toByteArray());
  }

  static Stream<byte[]> headers() {
    return Stream.of(HEADER);
  }

  @MethodSource("files")
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) throws IOException {
    parse(content);
  }

  /** With checksum, so that what it holds is looked at. */
  @MethodSource("blocks")
  @FuzzTest(maxDuration = "5m")
  void block(byte[] content) throws IOException {
    parse(new TestTable().add(content).build());
  }

  @MethodSource("compressed")
  @FuzzTest(maxDuration = "5m")
  void compressedBlock(byte[] content) throws IOException {
    parse(new TestTable().add(content, 1).build());
  }

  @MethodSource("descriptions")
  @FuzzTest(maxDuration = "5m")
  void description(byte[] content) throws IOException {
    parse(TestIndex.ofShards(1).with("w", content).build());
  }

  @MethodSource("headers")
  @FuzzTest(maxDuration = "5m")
  void header(byte[] content) throws IOException {
    parse(new TestIndex().with("", content).with("w", ENTRY).build());
  }

  /** An entry and the slices that it may list. */
  @MethodSource("partitions")
  @FuzzTest(maxDuration = "5m")
  void partition(byte[] content) throws IOException {
    parse(PartitionedTensorTest.halves().with("w", content).build());
  }

  private static void parse(byte[] file) throws IOException {
    try {
      BundleIndex.parse(FileBytes.of(file));
    } catch (BadInputException e) {
      if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", e);
      }
    }
  }
}
