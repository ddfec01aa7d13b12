package dev.hesse.io.zip;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import java.nio.ByteBuffer;

/** The extra field that holds, in this order, those of an entry's numbers that need 64 bits. */
final class Zip64Field {
  private static final int ID = 1;

  private final ByteBuffer numbers;
  private final String name;

  private Zip64Field(ByteBuffer numbers, String name) {
    this.numbers = numbers;
    this.name = name;
  }

  /**
   * The field among an entry's extra data, without numbers if it is not there.
   *
   * @param name of the entry, for errors
   */
  static Zip64Field find(ByteBuffer extra, String name) {
    ByteBuffer found = ByteBuffer.allocate(0);
    while (extra.hasRemaining()) {
      if (extra.remaining() < 4) {
        throw damaged("zip entry %s has a cut-off extra field".formatted(quote(name)));
      }
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      if (length > extra.remaining() || (id == ID && found.capacity() > 0)) {
        throw damaged("zip entry %s has a broken extra field".formatted(quote(name)));
      }
      if (id == ID) {
        found = extra.slice(extra.position(), length).order(extra.order());
      }
      extra.position(extra.position() + length);
    }
    return new Zip64Field(found, name);
  }

  /** The value of a 32-bit field, or the next number of this one where that says to look here. */
  long widen(long value) {
    if (value != ZipDirectory.MASK32) {
      return value;
    }
    if (numbers.remaining() < Long.BYTES) {
      throw damaged("zip entry %s lacks its 64-bit sizes".formatted(quote(name)));
    }
    return numbers.getLong();
  }
}
