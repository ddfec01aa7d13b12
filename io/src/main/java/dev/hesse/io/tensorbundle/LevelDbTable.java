package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.MaskedCrc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An immutable sorted map from byte strings to byte strings in LevelDB's table format: data blocks,
 * an index block of their positions, and a footer. Every block has a checksum.
 *
 * <p>Reference: LevelDB, {@code doc/table_format.md}.
 */
final class LevelDbTable {
  static final long MAGIC = 0xdb4775248b80fb57L;

  /** Two handles padded to 40 bytes, and the magic number. */
  static final int FOOTER = 48;

  /** Compression type and checksum, which follow every block. */
  private static final int TRAILER = 5;

  /** Bytes of all keys together. */
  private static final int MAX_KEYS = 1 << 25;

  private static final byte UNCOMPRESSED = 0;
  private static final byte SNAPPY = 1;

  /** Takes the entries in ascending order of their keys. */
  @FunctionalInterface
  interface Visitor {
    void visit(byte[] key, ByteBuffer value) throws IOException;
  }

  private final FileBytes file;
  private long keyBytes;
  private long lastBlockEnd;
  private byte[] lastKey = {};
  private boolean first = true;

  private LevelDbTable(FileBytes file) {
    this.file = file;
  }

  /** Whether the file ends as a table does. */
  static boolean is(FileBytes file) throws IOException {
    return file.size() >= FOOTER
        && file.slice(file.size() - Long.BYTES, Long.BYTES).getLong() == MAGIC;
  }

  /**
   * Visits every entry.
   *
   * @throws BadInputException if a block is out of bounds, overlaps another, is compressed in an
   *     unknown way or does not have its checksum, or if the keys do not ascend
   */
  static void read(FileBytes file, Visitor visitor) throws IOException {
    if (!is(file)) {
      throw damaged("its %d bytes do not end as an index does".formatted(file.size()));
    }
    LevelDbTable table = new LevelDbTable(file);
    ByteBuffer footer = file.slice(file.size() - FOOTER, FOOTER - Long.BYTES);
    Handle.read(footer);
    Handle index = Handle.read(footer);
    Block.read(
        table.block(index),
        (key, value) -> {
          table.count(key);
          table.readData(Handle.read(value), visitor);
        });
  }

  private void readData(Handle handle, Visitor visitor) throws IOException {
    ByteBuffer content = block(handle);
    if (handle.offset() < lastBlockEnd) {
      throw damaged(
          "the block at %d begins before the end of the one before it, %d"
              .formatted(handle.offset(), lastBlockEnd));
    }
    lastBlockEnd = handle.offset() + handle.size() + TRAILER;
    Block.read(
        content,
        (key, value) -> {
          count(key);
          checkOrder(key, handle);
          visitor.visit(key, value);
        });
  }

  private void count(byte[] key) {
    keyBytes += key.length;
    if (keyBytes > MAX_KEYS) {
      throw damaged("more than %d bytes of keys".formatted(MAX_KEYS));
    }
  }

  private void checkOrder(byte[] key, Handle handle) {
    if (!first && Arrays.compareUnsigned(lastKey, key) >= 0) {
      throw damaged("the keys of the block at %d do not ascend".formatted(handle.offset()));
    }
    first = false;
    lastKey = key;
  }

  /** A block's content, decompressed and without its trailer, once its checksum is found right. */
  private ByteBuffer block(Handle handle) throws IOException {
    long room = file.size() - FOOTER - TRAILER;
    if (handle.size() < 0
        || handle.offset() < 0
        || handle.size() > Math.min(room, Integer.MAX_VALUE)
        || handle.offset() > room - handle.size()) {
      throw damaged(
          "a block at %s of %s bytes in a file of %d"
              .formatted(
                  Long.toUnsignedString(handle.offset()),
                  Long.toUnsignedString(handle.size()),
                  file.size()));
    }
    ByteBuffer trailer = file.slice(handle.offset() + handle.size(), TRAILER);
    byte compression = trailer.get();
    if (trailer.getInt() != MaskedCrc.of(file, handle.offset(), handle.size() + 1)) {
      throw damaged("the block at %d does not have its checksum".formatted(handle.offset()));
    }
    ByteBuffer stored = file.slice(handle.offset(), handle.size());
    return switch (compression) {
      case UNCOMPRESSED -> stored;
      case SNAPPY -> Snappy.decompress(stored);
      default ->
          throw damaged(
              "the block at %d has compression type %d, which is not read"
                  .formatted(handle.offset(), compression));
    };
  }

  /** Where a block lies. Both numbers are unsigned in the file. */
  private record Handle(long offset, long size) {
    static Handle read(ByteBuffer in) {
      return new Handle(Varint.read(in), Varint.read(in));
    }
  }
}
