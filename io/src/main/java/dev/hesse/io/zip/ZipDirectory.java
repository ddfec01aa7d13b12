package dev.hesse.io.zip;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The central directory of a zip archive, which is what says where entries are. Archives are
 * accepted only where every zip program would see the same: no comment after the end record, the
 * directory right before it, 32-bit and zip64 fields that agree, plain relative names without
 * duplicates.
 */
public final class ZipDirectory {
  static final int END = 0x06054b50;
  static final int END_BYTES = 22;
  static final int ZIP64_END = 0x06064b50;
  static final int ZIP64_END_BYTES = 56;
  static final int ZIP64_LOCATOR = 0x07064b50;
  static final int ZIP64_LOCATOR_BYTES = 20;
  static final int ENTRY = 0x02014b50;
  static final int ENTRY_BYTES = 46;

  /** What a 32-bit field holds whose value stands in a zip64 record or field. */
  static final long MASK32 = 0xffffffffL;

  private static final int MAX_BYTES = 16 << 20;

  private final FileBytes file;
  private final List<ZipEntry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private long start;
  private long length;
  private long count;

  private ZipDirectory(FileBytes file) {
    this.file = file;
  }

  /**
   * Reads the directory; the entries' own headers and contents are not looked at.
   *
   * @throws BadInputException if it is damaged or zip programs could disagree on it
   */
  public static ZipDirectory read(FileBytes file) throws IOException {
    ZipDirectory directory = new ZipDirectory(file);
    directory.locate();
    directory.readEntries();
    return directory;
  }

  /** The entries' names in the directory's order. */
  public List<String> names() {
    return entries.stream().map(ZipEntry::name).toList();
  }

  /** The entries in the directory's order. */
  List<ZipEntry> entries() {
    return entries;
  }

  /** Where the directory begins, which is where the entries end. */
  long start() {
    return start;
  }

  private void locate() throws IOException {
    long end = file.size() - END_BYTES;
    if (end < 0) {
      throw damaged("the zip archive is cut off after %d bytes".formatted(file.size()));
    }
    ByteBuffer record = file.slice(end, END_BYTES);
    if (record.getInt() != END) {
      throw damaged("the file does not end with a zip directory: it is cut off or extended");
    }
    int disk = record.getShort();
    int directoryDisk = record.getShort();
    long countHere = Short.toUnsignedLong(record.getShort());
    count = Short.toUnsignedLong(record.getShort());
    length = Integer.toUnsignedLong(record.getInt());
    start = Integer.toUnsignedLong(record.getInt());
    if (disk != 0 || directoryDisk != 0 || countHere != count || record.getShort() != 0) {
      throw damaged("the zip end record speaks of several disks or a comment");
    }
    long directoryEnd = locateZip64(end);
    if (start < 0 || length < 0 || start > directoryEnd || length != directoryEnd - start) {
      throw damaged(
          "the zip directory of %d bytes at %d does not end at %d, where its end record begins"
              .formatted(length, start, directoryEnd));
    }
    if (length > MAX_BYTES || count < 0 || count > length / ENTRY_BYTES) {
      throw damaged("%d zip entries in a directory of %d bytes".formatted(count, length));
    }
  }

  /** Takes the 64-bit fields where there are any; returns where the first end record begins. */
  private long locateZip64(long end) throws IOException {
    long locatorAt = end - ZIP64_LOCATOR_BYTES;
    if (locatorAt < ZIP64_END_BYTES) {
      return end;
    }
    ByteBuffer locator = file.slice(locatorAt, ZIP64_LOCATOR_BYTES);
    if (locator.getInt() != ZIP64_LOCATOR) {
      return end;
    }
    long recordAt = locatorAt - ZIP64_END_BYTES;
    ByteBuffer record = file.slice(recordAt, ZIP64_END_BYTES);
    boolean located =
        locator.getInt() == 0 && locator.getLong() == recordAt && locator.getInt() == 1;
    if (!located || record.getInt() != ZIP64_END || record.getLong() != ZIP64_END_BYTES - 12) {
      throw damaged("the zip64 locator does not point to a zip64 end record right before it");
    }
    record.getInt(); // versions, which PyTorch leaves at 0
    boolean oneDisk = record.getLong() == 0; // two 32-bit disk numbers
    long countHere = record.getLong();
    long count64 = record.getLong();
    long length64 = record.getLong();
    long start64 = record.getLong();
    boolean agree =
        (count == 0xffff || count == count64)
            && (length == MASK32 || length == length64)
            && (start == MASK32 || start == start64);
    if (!oneDisk || countHere != count64 || !agree) {
      throw damaged("the zip64 end record contradicts the zip end record");
    }
    count = count64;
    length = length64;
    start = start64;
    return recordAt;
  }

  private void readEntries() throws IOException {
    ByteBuffer in = file.slice(start, length);
    for (long i = 0; i < count; i++) {
      entries.add(readEntry(in, i));
    }
    if (in.hasRemaining()) {
      throw damaged(
          "%d bytes follow the %d entries of the zip directory".formatted(in.remaining(), count));
    }
  }

  private ZipEntry readEntry(ByteBuffer in, long index) {
    if (in.remaining() < ENTRY_BYTES || in.getInt() != ENTRY) {
      throw damaged("zip directory entry %d has no header".formatted(index));
    }
    in.getInt(); // versions
    int flags = Short.toUnsignedInt(in.getShort());
    int method = Short.toUnsignedInt(in.getShort());
    in.getInt(); // time and date
    int crc = in.getInt();
    long compressed = Integer.toUnsignedLong(in.getInt());
    long size = Integer.toUnsignedLong(in.getInt());
    int nameLength = Short.toUnsignedInt(in.getShort());
    int extraLength = Short.toUnsignedInt(in.getShort());
    int commentLength = Short.toUnsignedInt(in.getShort());
    int disk = Short.toUnsignedInt(in.getShort());
    in.getShort(); // internal attributes
    in.getInt(); // external attributes
    long offset = Integer.toUnsignedLong(in.getInt());
    if (in.remaining() < nameLength + extraLength + commentLength) {
      throw damaged("zip directory entry %d is cut off".formatted(index));
    }
    byte[] rawName = new byte[nameLength];
    in.get(rawName);
    String name = ZipEntry.decodeName(rawName);
    checkName(name);
    Zip64Field zip64 =
        Zip64Field.find(in.slice(in.position(), extraLength).order(in.order()), name);
    in.position(in.position() + extraLength + commentLength);
    size = zip64.widen(size);
    compressed = zip64.widen(compressed);
    offset = zip64.widen(offset);
    boolean inside =
        disk == 0
            && offset >= 0
            && offset <= start
            && compressed >= 0
            && compressed <= start - offset
            && size >= 0;
    if (!inside) {
      throw damaged(
          "zip entry %s claims %s bytes at %s, outside the %d bytes before the directory"
              .formatted(
                  quote(name),
                  Long.toUnsignedString(compressed),
                  Long.toUnsignedString(offset),
                  start));
    }
    return new ZipEntry(name, flags, method, crc, compressed, size, offset);
  }

  private void checkName(String name) {
    if (!isPlain(name)) {
      throw damaged("zip entry name %s is not a plain relative path".formatted(quote(name)));
    }
    if (!names.add(name)) {
      throw damaged("zip entry name %s occurs twice".formatted(quote(name)));
    }
  }

  /** Whether a name is a relative path that neither climbs nor means a drive, on any system. */
  static boolean isPlain(String name) {
    return !name.startsWith(":/", 1)
        && name.indexOf('\\') < 0
        && name.chars().noneMatch(c -> c < ' ' || c == 0x7f)
        && Arrays.stream(name.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }
}
