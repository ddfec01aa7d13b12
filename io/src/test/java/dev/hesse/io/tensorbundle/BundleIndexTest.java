package dev.hesse.io.tensorbundle;

import static dev.hesse.io.tensorbundle.TestIndex.entry;
import static dev.hesse.io.tensorbundle.TestIndex.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.tensorflow.proto.DataType.DT_FLOAT;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;

class BundleIndexTest {
  private static final byte[] NO_MESSAGE = {(byte) 0xff};

  private static BundleIndex parse(byte[] file) throws IOException {
    return BundleIndex.parse(FileBytes.of(file));
  }

  private static byte[] one(BundleEntryProto.Builder entry) {
    return TestIndex.ofShards(2).with("w", entry.build()).build();
  }

  private static byte[] headed(BundleHeaderProto.Builder header) {
    return new TestIndex().with("", header.build()).build();
  }

  @Test
  void readsEntries() throws IOException {
    BundleIndex index =
        parse(
            TestIndex.ofShards(2)
                .with("b", entry(DT_FLOAT, 24, 2, 3).setShardId(1).setCrc32C(7).build())
                .with("a", entry(DataType.DT_INT64, 8).setOffset(100).build())
                .with("graph", entry(DataType.DT_STRING, 90).build())
                .build());

    assertThat(index.shards()).isEqualTo(2);
    assertThat(index.notNumbers()).containsExactly("graph");
    assertThat(index.entries().keySet()).containsExactly("a", "b");
    assertThat(index.inOrder())
        .extracting(BundleIndex.Located::name)
        .containsExactly("graph", "a", "b");
    BundleEntry b = index.entries().get("b");
    assertThat(b.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(b.layout().elementCount()).isEqualTo(6);
    assertThat(b.span()).isEqualTo(new BundleEntry.Span(1, 0, 24));
    assertThat(b.crc()).isEqualTo(7);
  }

  /**
   * Dimensions and sizes as CVE-2021-41203 describes, which TensorFlow before 2.7 multiplied
   * without looking.
   */
  static Stream<Arguments> sizes() {
    return Stream.of(
        arguments(entry(DT_FLOAT, 4, -1), "'w': negative shape [-1]"),
        arguments(entry(DT_FLOAT, 0, Long.MIN_VALUE, 0), "'w': negative shape"),
        arguments(entry(DT_FLOAT, 0, 1L << 32, 1L << 32), "'w': shape [4294967296, 4294967296]"),
        arguments(entry(DT_FLOAT, 0, Long.MAX_VALUE, 2), "exceeds 64 bits"),
        arguments(
            entry(DT_FLOAT, 0, 1L << 62), "4611686018427387904 elements of float32 in 0 bytes"),
        arguments(entry(DT_FLOAT, 20, 2, 3), "6 elements of float32 in 20 bytes"),
        arguments(entry(DT_FLOAT, 25, 2, 3), "6 elements of float32 in 25 bytes"),
        arguments(entry(DT_FLOAT, -4, 1), "'w': -4 bytes at offset 0"),
        arguments(entry(DT_FLOAT, 4, 1).setOffset(-1), "'w': 4 bytes at offset -1"),
        arguments(
            entry(DT_FLOAT, 4, 1).setOffset(Long.MAX_VALUE),
            "4 bytes at offset 9223372036854775807"),
        arguments(entry(DT_FLOAT, 1L << 32, 1L << 30), "more than the 2 GiB"),
        arguments(entry(DT_FLOAT, 4, new long[65]), "65 dimensions, where at most 64 are read"),
        arguments(
            BundleEntryProto.newBuilder()
                .setDtype(DT_FLOAT)
                .setShape(TensorShapeProto.newBuilder().setUnknownRank(true)),
            "its shape is unknown"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("sizes")
  void refusesSizes(BundleEntryProto.Builder entry, String message) {
    assertRefused(one(entry), message);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        arguments(new TestTable().build(), "it has no entries"),
        arguments(
            new TestIndex().with("w", header().build()).build(), "its first entry is not a header"),
        arguments(new TestIndex().with("", NO_MESSAGE).build(), "its header is not the message"),
        arguments(headed(header().setNumShards(0)), "it counts 0 shards"),
        arguments(headed(header().setNumShards(-3)), "it counts -3 shards"),
        arguments(
            headed(header().setEndianness(BundleHeaderProto.Endianness.BIG)),
            "it was written on a big-endian machine"),
        arguments(headed(header().setEndiannessValue(9)), "it was written on a big-endian machine"),
        arguments(
            headed(header().setVersion(VersionDef.newBuilder().setMinConsumer(2))),
            "it is written for readers of version 2"),
        arguments(
            headed(header().setVersion(VersionDef.newBuilder().addBadConsumers(1))),
            "and this one is of version 1"),
        arguments(one(entry(DT_FLOAT, 4, 1).setShardId(-1)), "'w': it lies in shard -1 of 2"),
        arguments(one(entry(DT_FLOAT, 4, 1).setShardId(2)), "'w': it lies in shard 2 of 2"),
        arguments(
            one(entry(DataType.DT_COMPLEX64, 8, 1)), "elements of type DT_COMPLEX64 are not read"),
        arguments(one(entry(DataType.DT_INVALID, 8, 1)), "type DT_INVALID are not read"),
        arguments(one(entry(DT_FLOAT, 8, 1).setDtypeValue(999)), "type number 999 are not read"),
        arguments(
            TestIndex.ofShards(1).with("\0w", NO_MESSAGE).build(),
            "a slice of tensor 'w': its description is not the message"),
        arguments(
            TestIndex.ofShards(1).with("w", NO_MESSAGE).build(),
            "'w': its description is not the message"),
        arguments(
            TestIndex.ofShards(1).with("w", new byte[1 << 17]).build(),
            "'w': a description of 131072 bytes"),
        arguments(
            TestTable.ofEntries(
                TestTable.entry("", header().build().toByteArray()),
                TestTable.entry(new byte[] {(byte) 0xc0}, NO_MESSAGE)),
            "a tensor's name is not UTF-8"),
        arguments(
            TestIndex.ofShards(1)
                .with("a", entry(DT_FLOAT, 8, 2).build())
                .with("b", entry(DT_FLOAT, 8, 2).setOffset(7).build())
                .build(),
            "tensor 'b' begins at 7 of shard 0, where another ends at 8"),
        arguments(many(250_001), "more than 250000 entries"));
  }

  private static byte[] many(int count) {
    byte[] value = entry(DT_FLOAT, 0, 0).build().toByteArray();
    byte[][] entries = new byte[count + 1][];
    entries[0] = TestTable.entry("", header().build().toByteArray());
    for (int i = 0; i < count; i++) {
      entries[i + 1] = TestTable.entry("%06d".formatted(i), value);
    }
    return TestTable.ofEntries(entries);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("malformed")
  void refuses(byte[] file, String message) {
    assertRefused(file, message);
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> parse(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesTooLongNames() {
    byte[][] entries = new byte[34][];
    entries[0] = TestTable.entry("", header().build().toByteArray());
    for (int i = 1; i < entries.length; i++) {
      byte[] key = new byte[1 << 20];
      Arrays.fill(key, (byte) ('@' + i));
      entries[i] = TestTable.entry(key, entry(DT_FLOAT, 0, 0).build().toByteArray());
    }
    assertRefused(TestTable.ofEntries(entries), "more than 33554432 bytes of keys");
  }

  /** A byte anywhere is under a checksum, except the footer's padding and unused handle. */
  @Test
  void findsEveryFlippedByte() {
    byte[] whole = one(entry(DT_FLOAT, 24, 2, 3));
    for (int i = 0; i < whole.length - LevelDbTable.FOOTER; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 + new Random(i).nextInt(255));
      assertThatThrownBy(() -> parse(flipped))
          .as("byte %d", i)
          .isInstanceOf(BadInputException.class);
    }
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = one(entry(DT_FLOAT, 24, 2, 3));
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> parse(prefix)).isInstanceOf(BadInputException.class);
    }
  }
}
