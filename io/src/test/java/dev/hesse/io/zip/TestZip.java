package dev.hesse.io.zip;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Writes zip archives whose fields can each be made to lie. */
public final class TestZip {
  private static final int DESCRIBED = 0x0808;

  /** An entry; what is null is written truthfully. */
  public static final class Entry {
    public String name;
    public byte[] content;
    public int flags = DESCRIBED;
    public int method;

    /** Whether the content is deflated. */
    public boolean deflated;

    /** What stands in the place of the deflated content. */
    public byte @Nullable [] raw;

    /** Whether the local header has its sizes in a zip64 field, as Python writes it. */
    public boolean localZip64;

    public @Nullable String localName;
    public @Nullable Integer localFlags;
    public @Nullable Integer localMethod;
    public @Nullable Long localSize;
    public @Nullable Integer crc;
    public @Nullable Long compressed;
    public @Nullable Long size;
    public @Nullable Long offset;
    public boolean descriptor = true;
    public byte[] after = {};

    private Entry(String name, byte[] content) {
      this.name = name;
      this.content = content;
    }

    private byte[] data() {
      if (raw != null) {
        return raw;
      }
      if (!deflated) {
        return content;
      }
      Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, /* nowrap= */ true);
      deflater.setInput(content);
      deflater.finish();
      byte[] out = new byte[content.length + 64];
      int length = deflater.deflate(out);
      deflater.end();
      return Arrays.copyOf(out, length);
    }

    private int crc() {
      CRC32 computed = new CRC32();
      computed.update(content);
      return crc == null ? (int) computed.getValue() : crc;
    }
  }

  public final List<Entry> entries = new ArrayList<>();
  public byte[] comment = {};
  public byte[] beforeDirectory = {};
  public int entriesOffBy;
  public boolean zip64 = true;
  public long zip64StartOffBy;

  /** Adds an entry as numpy.savez_compressed writes it. */
  public Entry addDeflated(String name, byte[] content) {
    Entry entry = add(name, content);
    entry.flags = 0;
    entry.method = 8;
    entry.deflated = true;
    entry.localZip64 = true;
    return entry;
  }

  public Entry add(String name, byte[] content) {
    Entry entry = new Entry(name, content);
    entries.add(entry);
    return entry;
  }

  /** The entry whose name ends so. */
  public Entry get(String name) {
    return entries.stream().filter(entry -> entry.name.endsWith(name)).findFirst().orElseThrow();
  }

  public byte[] build() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      writeDirectoryEntry(directory, entry, out.size());
      writeEntry(out, entry);
    }
    out.writeBytes(beforeDirectory);
    long start = out.size();
    int count = entries.size() + entriesOffBy;
    out.writeBytes(directory.toByteArray());
    if (zip64) {
      long recordAt = out.size();
      put(out, 4, 0x06064b50, 8, 44, 4, 0, 4, 0, 4, 0, 8, count, 8, count);
      put(out, 8, directory.size(), 8, start + zip64StartOffBy);
      put(out, 4, 0x07064b50, 4, 0, 8, recordAt, 4, 1);
    }
    put(out, 4, 0x06054b50, 4, 0, 2, count, 2, count, 4, directory.size(), 4, start);
    put(out, 2, comment.length);
    out.writeBytes(comment);
    return out.toByteArray();
  }

  private static void writeEntry(ByteArrayOutputStream out, Entry entry) {
    byte[] name = bytes(entry.localName == null ? entry.name : entry.localName);
    byte[] data = entry.data();
    int flags = entry.localFlags == null ? entry.flags : entry.localFlags;
    int method = entry.localMethod == null ? entry.method : entry.localMethod;
    boolean described = (flags & 8) != 0;
    int crc = described ? 0 : entry.crc();
    long compressed = described ? 0 : data.length;
    long size = described ? 0 : entry.content.length;
    if (entry.localSize != null) {
      size = entry.localSize;
      compressed = entry.deflated ? compressed : size;
    }
    put(out, 4, 0x04034b50, 2, 0, 2, flags, 2, method, 4, 0, 4, crc);
    put(out, 4, entry.localZip64 ? -1 : compressed, 4, entry.localZip64 ? -1 : size);
    put(out, 2, name.length, 2, entry.localZip64 ? 20 : 0);
    out.writeBytes(name);
    if (entry.localZip64) {
      put(out, 2, 1, 2, 16, 8, size, 8, compressed);
    }
    out.writeBytes(data);
    if (described && entry.descriptor) {
      put(out, 4, 0x08074b50, 4, entry.crc(), 4, data.length, 4, entry.content.length);
    }
    out.writeBytes(entry.after);
  }

  private static void writeDirectoryEntry(ByteArrayOutputStream out, Entry entry, long offset) {
    byte[] name = bytes(entry.name);
    long size = entry.size == null ? entry.content.length : entry.size;
    long compressed = entry.deflated ? entry.data().length : size;
    compressed = entry.compressed == null ? compressed : entry.compressed;
    boolean large = Long.compareUnsigned(size, 0xffffffffL) >= 0;
    put(out, 4, 0x02014b50, 4, 0, 2, entry.flags, 2, entry.method, 4, 0, 4, entry.crc());
    put(out, 4, large ? -1 : compressed, 4, large ? -1 : size);
    put(out, 2, name.length, 2, large ? 20 : 0, 2, 0, 2, 0, 2, 0, 4, 0);
    put(out, 4, entry.offset == null ? offset : entry.offset);
    out.writeBytes(name);
    if (large) {
      put(out, 2, 1, 2, 16, 8, size, 8, compressed);
    }
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  /** Pairs of a number of bytes and a value. */
  private static void put(ByteArrayOutputStream out, long... widthsAndValues) {
    for (int i = 0; i < widthsAndValues.length; i += 2) {
      ByteBuffer little = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.write(little.putLong(widthsAndValues[i + 1]).array(), 0, (int) widthsAndValues[i]);
    }
  }
}
