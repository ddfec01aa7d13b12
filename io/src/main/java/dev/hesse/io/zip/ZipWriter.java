package dev.hesse.io.zip;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Writes a zip archive of stored entries whose contents begin at multiples of 64 bytes. The same
 * entries give the same bytes: every date is the format's first, 1980-01-01. An archive beyond 4
 * GiB or 65,534 entries gets the 64-bit fields of zip64; one entry is shorter than 4 GiB.
 */
public final class ZipWriter {
  private static final int ALIGNMENT = 64;

  /** PyTorch's extra field for padding, of which other programs need no knowledge. */
  private static final int PADDING_EXTRA = 0x4246;

  private static final int EXTRA_HEADER_BYTES = 4;
  private static final int ZIP64_EXTRA = 1;
  private static final int VERSION = 45;
  private static final int FIRST_DATE = 0x21;
  private static final int MASK16 = 0xffff;

  private final WritableByteChannel out;
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private long position;
  private long count;

  /**
   * @param out stays open; what precedes the archive in it must not be part of the file
   */
  public ZipWriter(OutputStream out) {
    this.out = Channels.newChannel(out);
  }

  /** Whether a name can be that of an entry: a plain relative path of at most 65,535 bytes. */
  public static boolean isName(String name) {
    return ZipDirectory.isPlain(name)
        && name.getBytes(StandardCharsets.UTF_8).length <= MASK16
        && StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  /**
   * Appends an entry.
   *
   * @param parts of its content, in order; left unread
   * @throws IllegalArgumentException if the name is none, or the content takes 4 GiB
   */
  public void add(String name, ByteBuffer... parts) throws IOException {
    if (!isName(name)) {
      throw new IllegalArgumentException("expected a plain relative path, got '" + name + "'");
    }
    CRC32 crc = new CRC32();
    long size = 0;
    for (ByteBuffer part : parts) {
      size += part.remaining();
      crc.update(part.duplicate());
    }
    if (size >= ZipDirectory.MASK32) {
      throw new IllegalArgumentException(
          "expected an entry of less than 4 GiB, got %d bytes".formatted(size));
    }
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    describe(nameBytes, (int) crc.getValue(), (int) size);
    long unpadded = position + ZipEntry.HEADER_BYTES + nameBytes.length + EXTRA_HEADER_BYTES;
    int padding = (int) Math.floorMod(-unpadded, (long) ALIGNMENT);
    ByteBuffer header =
        buffer(ZipEntry.HEADER_BYTES + nameBytes.length + EXTRA_HEADER_BYTES + padding)
            .putInt(ZipEntry.HEADER);
    putCommon(header, (int) crc.getValue(), (int) size)
        .putShort((short) nameBytes.length)
        .putShort((short) (EXTRA_HEADER_BYTES + padding))
        .put(nameBytes)
        .putShort((short) PADDING_EXTRA)
        .putShort((short) padding);
    write(header.rewind());
    for (ByteBuffer part : parts) {
      write(part.duplicate());
    }
    count++;
  }

  /** The entry of the directory for what is written next. */
  private void describe(byte[] name, int crc, int size) throws IOException {
    boolean far = position >= ZipDirectory.MASK32;
    int extra = far ? EXTRA_HEADER_BYTES + Long.BYTES : 0;
    ByteBuffer entry =
        buffer(ZipDirectory.ENTRY_BYTES + name.length + extra)
            .putInt(ZipDirectory.ENTRY)
            .putShort((short) VERSION);
    putCommon(entry, crc, size)
        .putShort((short) name.length)
        .putShort((short) extra)
        .putInt(0) // no comment, on the first disk
        .putShort((short) 0)
        .putInt(0) // no attributes
        .putInt((int) Math.min(position, ZipDirectory.MASK32))
        .put(name);
    if (far) {
      entry.putShort((short) ZIP64_EXTRA).putShort((short) Long.BYTES).putLong(position);
    }
    Channels.newChannel(directory).write(entry.rewind());
  }

  /** What the local header and the directory say alike. */
  private static ByteBuffer putCommon(ByteBuffer header, int crc, int size) {
    return header
        .putShort((short) VERSION)
        .putShort((short) ZipEntry.UTF8_NAMES)
        .putShort((short) ZipEntry.STORED)
        .putShort((short) 0)
        .putShort((short) FIRST_DATE)
        .putInt(crc)
        .putInt(size)
        .putInt(size);
  }

  /** Appends the directory, which completes the archive. */
  public void finish() throws IOException {
    long start = position;
    long length = directory.size();
    write(ByteBuffer.wrap(directory.toByteArray()));
    if (count >= MASK16 || start >= ZipDirectory.MASK32) {
      long recordAt = position;
      write(
          buffer(ZipDirectory.ZIP64_END_BYTES)
              .putInt(ZipDirectory.ZIP64_END)
              .putLong(ZipDirectory.ZIP64_END_BYTES - 12)
              .putShort((short) VERSION)
              .putShort((short) VERSION)
              .putLong(0) // on the first disk
              .putLong(count)
              .putLong(count)
              .putLong(length)
              .putLong(start)
              .flip());
      write(
          buffer(ZipDirectory.ZIP64_LOCATOR_BYTES)
              .putInt(ZipDirectory.ZIP64_LOCATOR)
              .putInt(0)
              .putLong(recordAt)
              .putInt(1)
              .flip());
    }
    write(
        buffer(ZipDirectory.END_BYTES)
            .putInt(ZipDirectory.END)
            .putInt(0) // on the first disk
            .putShort((short) Math.min(count, MASK16))
            .putShort((short) Math.min(count, MASK16))
            .putInt((int) length)
            .putInt((int) Math.min(start, ZipDirectory.MASK32))
            .putShort((short) 0) // no comment
            .flip());
  }

  private void write(ByteBuffer bytes) throws IOException {
    position += bytes.remaining();
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
