package dev.hesse.io.tensorbundle;

import java.io.ByteArrayOutputStream;

/**
 * Writes texts and numbers as bytes that sort as they do. Reference: TensorFlow, {@code
 * ordered_code.cc}.
 */
final class OrderedCode {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A number that is not negative: the count of its bytes, then these, the highest first. */
  OrderedCode unsigned(long value) {
    int bytes = (Long.SIZE - Long.numberOfLeadingZeros(value) + 7) / 8;
    out.write(bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  /**
   * A number as n bytes of two's complement, of which the first n bits are inverted: the sign, and
   * n − 1 others equal to it that say how many bytes follow. It has 7·n bits of its own.
   */
  OrderedCode signed(long value) {
    int bits = Long.SIZE + 1 - Long.numberOfLeadingZeros(value < 0 ? ~value : value);
    int bytes = (bits + 6) / 7;
    for (int i = 0; i < bytes; i++) {
      int inverted = Math.max(0, Math.min(8, bytes - 8 * i));
      long shifted = value >> Math.min(8 * (bytes - 1 - i), Long.SIZE - 1);
      out.write((int) shifted ^ (0xff00 >> inverted));
    }
    return this;
  }

  /** A text, in which each byte 0 or 255 is followed by the other one, and 0 and 1 at its end. */
  OrderedCode text(byte[] text) {
    for (byte next : text) {
      out.write(next);
      if (next == 0 || next == -1) {
        out.write(~next);
      }
    }
    out.write(0);
    out.write(1);
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
