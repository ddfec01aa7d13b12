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
 * has an empty key and is the header, each other one describes a tensor or a slice of one.
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

  private int shards;
  private int count;
  private final Map<String, BundleEntry> entries = new LinkedHashMap<>();
  private final Map<String, PartitionedTensor> partitioned = new LinkedHashMap<>();
  private final Slices slices = new Slices();
  private final List<String> notNumbers = new ArrayList<>();
  private final List<Located> inOrder = new ArrayList<>();

  /** Where a tensor's bytes lie, all or those of a slice. */
  record Located(String name, Span span) {}

  private BundleIndex() {}

  static BundleIndex parse(FileBytes file) throws IOException {
    BundleIndex index = new BundleIndex();
    LevelDbTable.read(file, index::add);
    if (index.shards == 0) {
      throw damaged("it has no entries");
    }
    if (index.slices.areLeft()) {
      throw damaged("it has slices that belong to no tensor");
    }
    index.sort();
    index.checkOverlap();
    return index;
  }

  int shards() {
    return shards;
  }

  /** The tensors in one piece, in ascending order of the bytes of their names. */
  Map<String, BundleEntry> entries() {
    return entries;
  }

  /** The tensors in slices, in ascending order of the bytes of their names. */
  Map<String, PartitionedTensor> partitioned() {
    return partitioned;
  }

  /** The names of entries that are text or objects. */
  List<String> notNumbers() {
    return notNumbers;
  }

  /** Where every entry lies, numbers or not, in the order of the shards' bytes. */
  List<Located> inOrder() {
    return inOrder;
  }

  private void add(byte[] key, ByteBuffer value) {
    if (shards == 0) {
      readHeader(key, value);
      return;
    }
    if (++count > MAX_ENTRIES) {
      throw damaged("more than %d entries".formatted(MAX_ENTRIES));
    }
    if (Slices.isKey(key)) {
      addSlice(Slices.tensor(key), key, value);
      return;
    }
    String name = name(key);
    try {
      addTensor(name, key, entry(value));
    } catch (BadInputException e) {
      throw e.in("tensor " + quote(name));
    }
  }

  private void addSlice(String name, byte[] key, ByteBuffer value) {
    try {
      BundleEntryProto proto = entry(value);
      if (proto.getSlicesCount() > 0) {
        throw damaged("it has slices of its own");
      }
      if (BundleEntry.isNumeric(proto)) {
        slices.add(key, BundleEntry.of(proto, shards));
      } else {
        inOrder.add(new Located(name, Span.of(proto, shards)));
      }
    } catch (BadInputException e) {
      throw e.in("a slice of tensor " + quote(name));
    }
  }

  private void addTensor(String name, byte[] key, BundleEntryProto proto) {
    boolean whole = proto.getSlicesCount() == 0;
    if (whole) {
      inOrder.add(new Located(name, Span.of(proto, shards)));
    }
    if (!BundleEntry.isNumeric(proto)) {
      notNumbers.add(name);
    } else if (whole) {
      entries.put(name, BundleEntry.of(proto, shards));
    } else {
      PartitionedTensor tensor = slices.take(key, proto);
      partitioned.put(name, tensor);
      tensor.parts().forEach(part -> inOrder.add(new Located(name, part.entry().span())));
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
    try {
      return BundleEntryProto.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw damaged("its description is not the message that it should be");
    }
  }

  private static String name(byte[] key) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw damaged("a tensor's name is not UTF-8");
    }
  }

  private void sort() {
    inOrder.sort(
        Comparator.comparing(
            Located::span,
            Comparator.comparingInt(Span::shard)
                .thenComparingLong(Span::offset)
                .thenComparingLong(Span::size)));
  }

  /** So the tensors together are no larger than the shards. */
  private void checkOverlap() {
    Span last = new Span(0, 0, 0);
    for (Located item : inOrder) {
      Span span = item.span();
      if (span.shard() == last.shard() && span.offset() < last.end()) {
        throw damaged(
            "tensor %s begins at %d of shard %d, where another ends at %d"
                .formatted(quote(item.name()), span.offset(), span.shard(), last.end()));
      }
      last = span;
    }
  }
}
