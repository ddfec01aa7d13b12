package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Snappy's block format, which TensorFlow 1 compressed some indexes with: the length of the result,
 * then literal bytes and copies of what came before.
 *
 * <p>Reference: Snappy, {@code format_description.txt}.
 */
final class Snappy {
  /** The most that an element makes of a byte is 64 of 3, so this times the input is enough. */
  private static final int EXPANSION = 22;

  private static final int MAX_LENGTH = 1 << 26;

  /** Literals from this length code on have their length in 1 to 4 bytes of its own. */
  private static final int LONG_LITERAL = 60;

  private Snappy() {}

  /** The result, little-endian; at most 22 times as long as {@code in}, and 64 MiB. */
  static ByteBuffer decompress(ByteBuffer in) {
    int most = (int) Math.min((long) EXPANSION * in.remaining(), MAX_LENGTH);
    ByteBuffer out = ByteBuffer.allocate(Varint.readLength(in, most));
    while (in.hasRemaining()) {
      int tag = in.get() & 0xff;
      int code = tag >>> 2;
      switch (tag & 3) {
        case 0 -> literal(in, literalLength(in, code), out);
        case 1 -> copy(out, (code >>> 3) << 8 | (int) little(in, 1), (code & 7) + 4);
        case 2 -> copy(out, little(in, 2), code + 1);
        default -> copy(out, little(in, 4), code + 1);
      }
    }
    if (out.hasRemaining()) {
      throw damaged("compressed data that ends %d bytes early".formatted(out.remaining()));
    }
    return out.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long literalLength(ByteBuffer in, int code) {
    return 1 + (code < LONG_LITERAL ? code : little(in, code - LONG_LITERAL + 1));
  }

  private static void literal(ByteBuffer in, long length, ByteBuffer out) {
    if (length > Math.min(in.remaining(), out.remaining())) {
      throw damaged("compressed data with a literal of %d bytes".formatted(length));
    }
    out.put(in.slice(in.position(), (int) length));
    in.position(in.position() + (int) length);
  }

  /** Byte by byte, since a copy may reach into itself. */
  private static void copy(ByteBuffer out, long back, int length) {
    if (back < 1 || back > out.position() || length > out.remaining()) {
      throw damaged("compressed data with a copy of %d bytes from %d back".formatted(length, back));
    }
    int from = out.position() - (int) back;
    for (int i = 0; i < length; i++) {
      out.put(out.get(from + i));
    }
  }

  private static long little(ByteBuffer in, int bytes) {
    if (in.remaining() < bytes) {
      throw damaged("compressed data that is cut off");
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (in.get() & 0xffL) << (8 * i);
    }
    return value;
  }
}
