package dev.hesse.io.tensorbundle;

import dev.hesse.io.MaskedCrc;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Makes tables, right ones or with one thing wrong. Every entry has its key in full. */
final class TestTable {
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final List<byte[]> handles = new ArrayList<>();

  /** A table of one data block. */
  static byte[] ofEntries(byte[]... entries) {
    return new TestTable().add(block(entries)).build();
  }

  static byte[] entry(String key, byte[] value) {
    return entry(key.getBytes(StandardCharsets.UTF_8), value);
  }

  static byte[] entry(byte[] key, byte[] value) {
    return entry(0, key, value);
  }

  /** An entry whose key begins with {@code shared} bytes of the key before. */
  static byte[] entry(int shared, byte[] unshared, byte[] value) {
    return concat(varint(shared), varint(unshared.length), varint(value.length), unshared, value);
  }

  /** A block with a restart point at its start alone. */
  static byte[] block(byte[]... entries) {
    return concat(concat(entries), little(0, 1));
  }

  TestTable add(byte[] block) {
    return add(block, 0);
  }

  TestTable add(byte[] block, int compression) {
    handles.add(append(block, compression));
    return this;
  }

  /** The same block once more. */
  TestTable repeat() {
    handles.add(handles.get(handles.size() - 1));
    return this;
  }

  byte[] build() {
    byte[][] entries = new byte[handles.size()][];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = entry(0, new byte[] {(byte) i}, handles.get(i));
    }
    return build(append(block(entries), 0));
  }

  /** A table whose index block is where {@code indexHandle} says. */
  byte[] build(byte[] indexHandle) {
    byte[] handles = concat(handle(0, 0), indexHandle);
    return concat(
        file.toByteArray(),
        handles,
        new byte[LevelDbTable.FOOTER - Long.BYTES - handles.length],
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(LevelDbTable.MAGIC)
            .array());
  }

  private byte[] append(byte[] block, int compression) {
    byte[] handle = handle(file.size(), block.length);
    byte[] typed = concat(block, new byte[] {(byte) compression});
    CRC32C crc = new CRC32C();
    crc.update(typed);
    file.writeBytes(typed);
    file.writeBytes(little(MaskedCrc.mask((int) crc.getValue())));
    return handle;
  }

  static byte[] handle(long offset, long size) {
    return concat(varint(offset), varint(size));
  }

  static byte[] little(int... numbers) {
    ByteBuffer out =
        ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : numbers) {
      out.putInt(number);
    }
    return out.array();
  }

  static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (; (value & ~0x7fL) != 0; value >>>= 7) {
      out.write((int) (value & 0x7f | 0x80));
    }
    out.write((int) value);
    return out.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
