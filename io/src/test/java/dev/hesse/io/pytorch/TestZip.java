package dev.hesse.io.pytorch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Writes zip archives whose fields can each be made to lie. */
final class TestZip {
  private static final int DESCRIBED = 0x0808;

  /** An entry; what is null is written truthfully. */
  static final class Entry {
    String name;
    byte[] content;
    int flags = DESCRIBED;
    int method;
    @Nullable String localName;
    @Nullable Integer localFlags;
    @Nullable Integer localMethod;
    @Nullable Integer localSize;
    @Nullable Integer crc;
    @Nullable Long compressed;
    @Nullable Long size;
    @Nullable Long offset;
    boolean descriptor = true;
    byte[] after = {};

    private Entry(String name, byte[] content) {
      this.name = name;
      this.content = content;
    }

    private int crc() {
      CRC32 computed = new CRC32();
      computed.update(content);
      return crc == null ? (int) computed.getValue() : crc;
    }
  }

  final List<Entry> entries = new ArrayList<>();
  byte[] comment = {};
  byte[] beforeDirectory = {};
  int entriesOffBy;
  boolean zip64 = true;
  long zip64StartOffBy;

  /** A checkpoint with this pickle, and storages 0, 1, … */
  static TestZip checkpoint(byte[] pickle, byte[]... storages) {
    TestZip zip = new TestZip();
    zip.add("archive/data.pkl", pickle);
    zip.add("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < storages.length; i++) {
      zip.add("archive/data/" + i, storages[i]);
    }
    zip.add("archive/version", "3\n".getBytes(StandardCharsets.UTF_8));
    return zip;
  }

  /** A checkpoint whose one tensor {@code w} is [1, 2]. */
  static TestZip checkpoint() {
    return checkpoint(Pickle.stateDict(), Pickle.floats(1, 2));
  }

  Entry add(String name, byte[] content) {
    Entry entry = new Entry(name, content);
    entries.add(entry);
    return entry;
  }

  Entry get(String name) {
    return entries.stream()
        .filter(entry -> entry.name.equals("archive/" + name))
        .findFirst()
        .orElseThrow();
  }

  byte[] build() {
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
    int flags = entry.localFlags == null ? entry.flags : entry.localFlags;
    int method = entry.localMethod == null ? entry.method : entry.localMethod;
    boolean described = (flags & 8) != 0;
    int crc = described ? 0 : entry.crc();
    int size = described ? 0 : entry.content.length;
    size = entry.localSize == null ? size : entry.localSize;
    put(out, 4, 0x04034b50, 2, 0, 2, flags, 2, method, 4, 0, 4, crc, 4, size, 4, size);
    put(out, 2, name.length, 2, 0);
    out.writeBytes(name);
    out.writeBytes(entry.content);
    if (described && entry.descriptor) {
      put(out, 4, 0x08074b50, 4, entry.crc(), 4, entry.content.length, 4, entry.content.length);
    }
    out.writeBytes(entry.after);
  }

  private static void writeDirectoryEntry(ByteArrayOutputStream out, Entry entry, long offset) {
    byte[] name = bytes(entry.name);
    long size = entry.size == null ? entry.content.length : entry.size;
    long compressed = entry.compressed == null ? size : entry.compressed;
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
      out.writeBytes(Pickle.little((int) widthsAndValues[i], widthsAndValues[i + 1]));
    }
  }
}
