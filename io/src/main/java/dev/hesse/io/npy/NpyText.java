package dev.hesse.io.npy;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays of texts of one width: {@code U}, code points of four bytes, and {@code S}, bytes. */
final class NpyText {
  private NpyText() {}

  /** Whether a type in NumPy's notation is text. */
  static boolean is(String descr) {
    return descr.matches("[<>|=][US][1-9]\\d{0,8}");
  }

  /**
   * @throws BadInputException if the bytes are not as many as the header says, or no code points
   */
  static TextTensor read(ByteBuffer data, NpyHeader header) {
    String descr = header.descr();
    boolean unicode = descr.charAt(1) == 'U';
    long width = Long.parseLong(descr.substring(2)) * (unicode ? Integer.BYTES : 1);
    long count = elementCount(header.shape());
    if (data.remaining() % width != 0 || data.remaining() / width != count) {
      throw damaged("%d texts of %d bytes in %d".formatted(count, width, data.remaining()));
    }
    if (header.fortranOrder() && header.shape().length > 1) {
      throw new BadInputException(
          "texts in Fortran order are not read", "Save numpy.ascontiguousarray(array)");
    }
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[(int) width];
      data.get(data.position() + i * bytes.length, bytes);
      texts.add(unicode ? utf8(bytes, descr.charAt(0) == '>') : withoutFilling(bytes));
    }
    return new TextTensor(header.shape(), texts);
  }

  private static long elementCount(long[] shape) {
    try {
      return StoredTensor.elementCount(shape);
    } catch (ArithmeticException e) {
      throw damaged("an array of shape " + Arrays.toString(shape));
    }
  }

  private static byte[] utf8(byte[] bytes, boolean bigEndian) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; i += Integer.BYTES) {
      int code = ByteBuffer.wrap(bytes).getInt(i);
      code = bigEndian ? code : Integer.reverseBytes(code);
      if (!Character.isValidCodePoint(code)) {
        throw damaged("%x is no code point".formatted(code));
      }
      text.appendCodePoint(code);
    }
    return withoutFilling(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] withoutFilling(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }
}
