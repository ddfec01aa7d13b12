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
      int unshared = Varint.readLength(entries, entries.remaining());
      int valueLength = Varint.readLength(entries, entries.remaining());
      if (valueLength > entries.remaining() - unshared) {
        throw damaged(
            "an entry of %d and %d bytes where %d are left"
                .formatted(unshared, valueLength, entries.remaining()));
      }
      key = Arrays.copyOf(key, shared + unshared);
      entries.get(key, shared, unshared);
      visitor.visit(key, entries.slice(entries.position(), valueLength));
      entries.position(entries.position() + valueLength);
    }
    if (restarts.hasRemaining()) {
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
