package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The arguments of pickle opcodes, every length checked against what is left before it is used. */
final class PickleInput {
  private static final int MAX_STRING = 16 << 20;
  private static final int MAX_LINE = 1024;
  private static final int MAX_INTEGER = 1024;

  private final ByteBuffer in;

  PickleInput(ByteBuffer in) {
    this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  int position() {
    return in.position();
  }

  int remaining() {
    return in.remaining();
  }

  int u8() {
    require(1);
    return Byte.toUnsignedInt(in.get());
  }

  int u16() {
    require(2);
    return Short.toUnsignedInt(in.getShort());
  }

  int i32() {
    require(4);
    return in.getInt();
  }

  long u32() {
    return Integer.toUnsignedLong(i32());
  }

  long i64() {
    require(8);
    return in.getLong();
  }

  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(i64()));
  }

  String utf8(long length) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(view(length)).toString();
    } catch (CharacterCodingException e) {
      throw damaged("a string that is not UTF-8");
    }
  }

  /** A byte string of Python 2, which holds ASCII or opaque bytes. */
  String latin1(long length) {
    return StandardCharsets.ISO_8859_1.decode(view(length)).toString();
  }

  /** Text up to the next line feed, without it. */
  String line() {
    int start = in.position();
    for (int end = start; end < in.limit() && end - start <= MAX_LINE; end++) {
      if (in.get(end) == '\n') {
        String line = latin1(end - start);
        in.get();
        return line;
      }
    }
    throw damaged("a line of text that does not end");
  }

  /** A two's-complement little-endian integer of {@code length} bytes. */
  PyValue integer(long length) {
    if (length > MAX_INTEGER) {
      throw damaged("an integer of %d bytes".formatted(length));
    }
    ByteBuffer view = view(length);
    byte[] bigEndian = new byte[view.remaining()];
    for (int i = bigEndian.length - 1; i >= 0; i--) {
      bigEndian[i] = view.get();
    }
    return bigEndian.length == 0 ? new PyValue.Int(0) : integerValue(new BigInteger(bigEndian));
  }

  /** A decimal integer, as protocols 0 and 1 write it. */
  PyValue decimal(String digits) {
    if (!digits.matches("-?[0-9]{1,100}")) {
      throw damaged("an integer that is not a number");
    }
    return integerValue(new BigInteger(digits));
  }

  private static PyValue integerValue(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? new PyValue.Int(value.longValue())
        : new PyValue.BigInt(value);
  }

  void skip(long length) {
    require(length);
    in.position(in.position() + (int) length);
  }

  private ByteBuffer view(long length) {
    require(length);
    if (length > MAX_STRING) {
      throw damaged("a string of %d bytes".formatted(length));
    }
    ByteBuffer view = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return view;
  }

  private void require(long bytes) {
    if (bytes < 0 || bytes > in.remaining()) {
      throw damaged(
          "needs %s bytes, but the pickle ends after %d"
              .formatted(Long.toUnsignedString(bytes), in.remaining()));
    }
  }
}
