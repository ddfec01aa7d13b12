package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.tensorbundle.BundleEntry.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.VersionDef;

/**
 * The index of a bundle, checked by itself: what lies where, without the shards. Its first entry
 * has an empty key and is the header, each other one describes a tensor.
 *
 * <p>Reference: TensorFlow, {@code tensor_bundle.proto}.
 */
final class BundleIndex {
  /** The version of the format, as {@code min_consumer} counts it. */
  private static final int VERSION = 1;

  /** Each takes hundreds of bytes, however short it is in the file. */
  private static final int MAX_ENTRIES = 250_000;

  /** Bytes of one entry's description, which takes up to twenty times that in memory. */
  private static final int MAX_DESCRIPTION = 1 << 16;

  /** The first byte of keys of a partitioned variable's slices, which precede all names. */
  private static final byte SLICE = 0;

  private int shards;
  private boolean sliced;
  private final Map<String, BundleEntry> entries = new LinkedHashMap<>();
  private final Map<String, Span> spans = new LinkedHashMap<>();
  private final List<String> notNumbers = new ArrayList<>();
  private List<Map.Entry<String, Span>> inOrder = List.of();

  private BundleIndex() {}

  static BundleIndex parse(FileBytes file) throws IOException {
    BundleIndex index = new BundleIndex();
    LevelDbTable.read(file, index::add);
    if (index.shards == 0) {
      throw damaged("it has no entries");
    }
    if (index.sliced) {
      throw damaged("it has slices that belong to no tensor");
    }
    index.sort();
    index.checkOverlap();
    return index;
  }

  int shards() {
    return shards;
  }

  /** The tensors in ascending order of the bytes of their names. */
  Map<String, BundleEntry> entries() {
    return entries;
  }

  /** The names of entries that are text or objects. */
  List<String> notNumbers() {
    return notNumbers;
  }

  /** Where every entry lies, numbers or not, in the order of the shards' bytes. */
  List<Map.Entry<String, Span>> inOrder() {
    return inOrder;
  }

  private void add(byte[] key, ByteBuffer value) {
    if (shards == 0) {
      readHeader(key, value);
      return;
    }
    if (key[0] == SLICE) {
      sliced = true;
      return;
    }
    if (spans.size() >= MAX_ENTRIES) {
      throw damaged("more than %d entries".formatted(MAX_ENTRIES));
    }
    String name = name(key);
    try {
      BundleEntryProto proto = entry(value);
      spans.put(name, Span.of(proto, shards));
      if (BundleEntry.isNumeric(proto)) {
        entries.put(name, BundleEntry.of(proto, shards));
      } else {
        notNumbers.add(name);
      }
    } catch (BadInputException e) {
      throw e.in("tensor " + quote(name));
    }
  }

  private void readHeader(byte[] key, ByteBuffer value) {
    if (key.length > 0) {
      throw damaged("its first entry is not a header");
    }
    BundleHeaderProto header;
    try {
      header = BundleHeaderProto.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw damaged("its header is not the message that it should be");
    }
    if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
      throw new BadInputException(
          "it was written on a big-endian machine, which is not read",
          "Save the checkpoint again on a little-endian machine");
    }
    VersionDef version = header.getVersion();
    if (version.getMinConsumer() > VERSION || version.getBadConsumersList().contains(VERSION)) {
      throw new BadInputException(
          "it is written for readers of version %d, and this one is of version %d"
              .formatted(version.getMinConsumer(), VERSION),
          "Save the checkpoint again with TensorFlow 2");
    }
    shards = header.getNumShards();
    if (shards < 1) {
      throw damaged("it counts %d shards".formatted(shards));
    }
  }

  private static BundleEntryProto entry(ByteBuffer value) {
    if (value.remaining() > MAX_DESCRIPTION) {
      throw damaged(
          "a description of %d bytes, where at most %d are read"
              .formatted(value.remaining(), MAX_DESCRIPTION));
    }
    BundleEntryProto proto;
    try {
      proto = BundleEntryProto.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw damaged("its description is not the message that it should be");
    }
    if (proto.getSlicesCount() > 0) {
      throw new BadInputException(
          "it is partitioned into %d slices, which are not put together"
              .formatted(proto.getSlicesCount()),
          "Save the checkpoint again from a program that does not partition its variables");
    }
    return proto;
  }

  private static String name(byte[] key) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw damaged("a tensor's name is not UTF-8");
    }
  }

  private void sort() {
    inOrder =
        spans.entrySet().stream()
            .sorted(
                Map.Entry.comparingByValue(
                    Comparator.comparingInt(Span::shard)
                        .thenComparingLong(Span::offset)
                        .thenComparingLong(Span::size)))
            .toList();
  }

  /** So the tensors together are no larger than the shards. */
  private void checkOverlap() {
    Span last = new Span(0, 0, 0);
    for (Map.Entry<String, Span> item : inOrder) {
      Span span = item.getValue();
      if (span.shard() == last.shard() && span.offset() < last.end()) {
        throw damaged(
            "tensor %s begins at %d of shard %d, where another ends at %d"
                .formatted(quote(item.getKey()), span.offset(), span.shard(), last.end()));
      }
      last = span;
    }
  }
}
