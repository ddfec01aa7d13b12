package dev.hesse.io.pytorch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles, well-formed and otherwise, opcode by opcode. */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static Pickle protocol(int version) {
    return new Pickle().op(Opcode.PROTO, version);
  }

  Pickle op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  Pickle repeat(int count, int... bytes) {
    for (int i = 0; i < count; i++) {
      op(bytes);
    }
    return this;
  }

  Pickle append(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  Pickle text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return op(Opcode.BINUNICODE).append(little(4, bytes.length)).append(bytes);
  }

  Pickle integer(long value) {
    return op(Opcode.LONG1, Long.BYTES).append(little(Long.BYTES, value));
  }

  Pickle global(String module, String name) {
    return op(Opcode.GLOBAL)
        .append((module + "\n" + name + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** {@code tuple(values)}. */
  Pickle tuple(long... values) {
    op(Opcode.MARK);
    for (long value : values) {
      integer(value);
    }
    return op(Opcode.TUPLE);
  }

  Pickle storage(String type, String key, long elements) {
    return op(Opcode.MARK)
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cuda:0")
        .integer(elements)
        .op(Opcode.TUPLE, Opcode.BINPERSID);
  }

  /** A tensor over storage {@code key} of {@code elements} float32. */
  Pickle tensor(String key, long elements, long offset, long[] shape, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op(Opcode.MARK)
        .storage("FloatStorage", key, elements)
        .integer(offset)
        .tuple(shape)
        .tuple(strides)
        .op(Opcode.NEWFALSE)
        .global("collections", "OrderedDict")
        .op(Opcode.EMPTY_TUPLE, Opcode.REDUCE, Opcode.TUPLE, Opcode.REDUCE);
  }

  /** All of a storage of {@code elements} float32. */
  Pickle tensor(String key, long elements) {
    return tensor(key, elements, 0, new long[] {elements}, new long[] {1});
  }

  byte[] stop() {
    return op(Opcode.STOP).out.toByteArray();
  }

  /** {@code {"w": tensor}} over storage 0 of two float32. */
  static byte[] stateDict() {
    return protocol(2).op(Opcode.EMPTY_DICT).text("w").tensor("0", 2).op(Opcode.SETITEM).stop();
  }

  static byte[] little(int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] little = new byte[bytes];
    buffer.putLong(0, value).get(little);
    return little;
  }

  /** Float32 elements, little-endian. */
  static byte[] floats(float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }
}
