package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A block of a {@link LevelDbTable}: entries whose keys leave out what they share with the one
 * before, then the offsets of those that leave nothing out, and their count.
 */
final class Block {
  /**
   * Writers store every sixteenth key whole, so the keys of a true block are never longer together
   * than this many times the block.
   */
  private static final int KEY_EXPANSION = 16;

  private Block() {}

  /**
   * Visits the entries in order.
   *
   * @param content little-endian
   */
  static void read(ByteBuffer content, LevelDbTable.Visitor visitor) throws IOException {
    ByteBuffer restarts = restarts(content);
    ByteBuffer entries = content.slice(0, content.capacity() - Integer.BYTES - restarts.capacity());
    byte[] key = {};
    long keyBytes = 0;
    while (entries.hasRemaining()) {
      boolean restart =
          restarts.hasRemaining() && restarts.getInt(restarts.position()) == entries.position();
      int shared = Varint.readLength(entries, key.length);
      if (restart) {
        restarts.getInt();
        if (shared != 0) {
          throw damaged("a restart point whose key is not whole");
        }
      }
      int unshared = Varint.readLength(entries, entries.capacity());
      int valueLength = Varint.readLength(entries, entries.capacity());
      if ((long) unshared + valueLength > entries.remaining()) {
        throw damaged(
            "an entry of %d and %d bytes where %d are left"
                .formatted(unshared, valueLength, entries.remaining()));
      }
      keyBytes += shared + unshared;
      if (keyBytes > (long) KEY_EXPANSION * content.capacity()) {
        throw damaged("keys that are longer than %d times their block".formatted(KEY_EXPANSION));
      }
      key = Arrays.copyOf(key, shared + unshared);
      entries.get(key, shared, unshared);
      visitor.visit(key, entries.slice(entries.position(), valueLength));
      entries.position(entries.position() + valueLength);
    }
    // An empty block has a restart point, too.
    if (restarts.hasRemaining() && entries.capacity() > 0) {
      throw damaged("a restart point that is not the start of an entry");
    }
  }

  private static ByteBuffer restarts(ByteBuffer content) {
    int end = content.capacity() - Integer.BYTES;
    int count = end < 0 ? -1 : content.getInt(end);
    if (count < 0 || count > end / Integer.BYTES) {
      throw damaged(
          "a block of %d bytes with %d restart points".formatted(content.capacity(), count));
    }
    int length = count * Integer.BYTES;
    return content.slice(end - length, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
