package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import java.nio.ByteBuffer;

/** Unsigned integers of seven bits to the byte, the lowest first. */
final class Varint {
  private static final int LONGEST = 10;

  private Varint() {}

  static long read(ByteBuffer in) {
    long value = 0;
    for (int i = 0; i < LONGEST; i++) {
      if (!in.hasRemaining()) {
        throw damaged("a number is cut off");
      }
      byte next = in.get();
      value |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("a number has more than %d bytes".formatted(LONGEST));
  }

  /** A length, which must not exceed {@code most}. */
  static int readLength(ByteBuffer in, int most) {
    long length = read(in);
    if (length < 0 || length > most) {
      throw damaged(
          "a length of %s where at most %d fit".formatted(Long.toUnsignedString(length), most));
    }
    return (int) length;
  }
}
