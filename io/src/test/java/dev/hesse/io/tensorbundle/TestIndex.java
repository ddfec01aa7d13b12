package dev.hesse.io.tensorbundle;

import com.google.protobuf.Message;
import dev.hesse.io.MaskedCrc;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;

/** Makes indexes, right ones or with one thing wrong. */
final class TestIndex {
  /** By keys of one character for each byte, which sort as the bytes do. */
  private final Map<String, byte[]> entries = new TreeMap<>();

  static TestIndex ofShards(int shards) {
    return new TestIndex().with("", header().setNumShards(shards).build());
  }

  static BundleHeaderProto.Builder header() {
    return BundleHeaderProto.newBuilder()
        .setNumShards(1)
        .setVersion(VersionDef.newBuilder().setProducer(1));
  }

  /** A tensor at the start of the first shard. */
  static BundleEntryProto.Builder entry(DataType dtype, long size, long... shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    Arrays.stream(shape).forEach(dim -> dims.addDimBuilder().setSize(dim));
    return BundleEntryProto.newBuilder().setDtype(dtype).setShape(dims).setSize(size);
  }

  /** The checksum that the index holds for these bytes. */
  static int crc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return MaskedCrc.mask((int) crc.getValue());
  }

  TestIndex with(String key, Message message) {
    return with(key, message.toByteArray());
  }

  TestIndex with(String key, byte[] value) {
    return with(key.getBytes(StandardCharsets.UTF_8), value);
  }

  TestIndex with(byte[] key, byte[] value) {
    entries.put(new String(key, StandardCharsets.ISO_8859_1), value);
    return this;
  }

  byte[] build() {
    return TestTable.ofEntries(
        entries.entrySet().stream()
            .map(
                entry ->
                    TestTable.entry(
                        entry.getKey().getBytes(StandardCharsets.ISO_8859_1), entry.getValue()))
            .toArray(byte[][]::new));
  }
}
