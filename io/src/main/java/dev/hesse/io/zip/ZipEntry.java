package dev.hesse.io.zip;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** One entry of a zip archive as the central directory describes it. */
record ZipEntry(
    String name, int flags, int method, int crc, long compressed, long size, long headerOffset) {
  static final int HEADER = 0x04034b50;
  static final int HEADER_BYTES = 30;

  /** Flag: names are UTF-8. */
  static final int UTF8_NAMES = 1 << 11;

  static final int STORED = 0;
  static final int DEFLATED = 8;

  /** Flag: CRC and sizes follow the content rather than stand in the local header. */
  private static final int DATA_DESCRIPTOR = 1 << 3;

  /** Flags: how hard a deflated entry was compressed, which makes no difference to reading. */
  private static final int EFFORT = 3 << 1;

  private static final int DESCRIPTOR = 0x08074b50;
  private static final int ZIP64_DESCRIPTOR_BYTES = 24;

  /** Of 32-bit and 64-bit sizes, each without and with a signature. */
  private static final Set<Long> DESCRIPTOR_LENGTHS = Set.of(12L, 16L, 20L, 24L);

  /** A name as text; no two byte strings give the same. */
  static String decodeName(byte[] raw) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      throw damaged("a zip entry's name is not UTF-8");
    }
  }

  /**
   * Refuses encrypted and unusually compressed entries, and holds the local header against the
   * directory, and stored content against its CRC.
   *
   * @param limit where the next entry begins, up to which this one must reach exactly
   * @return where the content lies, as it is stored
   */
  Region locate(FileBytes file, long limit) throws IOException {
    checkMethod();
    if (limit - headerOffset < HEADER_BYTES) {
      throw damaged("zip entry %s overlaps what follows it".formatted(quote(name)));
    }
    ByteBuffer header = file.slice(headerOffset, HEADER_BYTES);
    if (header.getInt() != HEADER) {
      throw damaged("zip entry %s has no header at %d".formatted(quote(name), headerOffset));
    }
    header.getShort(); // version
    int localFlags = Short.toUnsignedInt(header.getShort());
    int localMethod = Short.toUnsignedInt(header.getShort());
    header.getInt(); // time and date
    int localCrc = header.getInt();
    long localCompressed = Integer.toUnsignedLong(header.getInt());
    long localSize = Integer.toUnsignedLong(header.getInt());
    int nameLength = Short.toUnsignedInt(header.getShort());
    int extraLength = Short.toUnsignedInt(header.getShort());
    long extraOffset = headerOffset + HEADER_BYTES + nameLength;
    Region content = new Region(extraOffset + extraLength, compressed);
    if (content.offset() > limit || compressed > limit - content.offset()) {
      throw damaged("zip entry %s overlaps what follows it".formatted(quote(name)));
    }
    byte[] localName = new byte[nameLength];
    file.slice(headerOffset + HEADER_BYTES, nameLength).get(localName);
    Zip64Field zip64 = Zip64Field.find(file.slice(extraOffset, extraLength), name);
    localSize = zip64.widen(localSize);
    localCompressed = zip64.widen(localCompressed);
    boolean described = (flags & DATA_DESCRIPTOR) != 0;
    boolean agree =
        localFlags == flags
            && localMethod == method
            && decodeName(localName).equals(name)
            && agrees(localCrc, crc, described)
            && agrees(localCompressed, compressed, described)
            && agrees(localSize, size, described);
    if (!agree) {
      throw damaged("zip entry %s: header and directory disagree".formatted(quote(name)));
    }
    checkDescriptor(file, content.end(), limit - content.end(), described);
    if (method == STORED && file.crc32(content.offset(), size) != crc) {
      throw wrongCrc();
    }
    return content;
  }

  BadInputException wrongCrc() {
    return damaged(
        "zip entry %s does not have the CRC that the directory says".formatted(quote(name)));
  }

  private void checkMethod() {
    int usual = DATA_DESCRIPTOR | UTF8_NAMES | (method == DEFLATED ? EFFORT : 0);
    if ((flags & ~usual) != 0) {
      throw damaged(
          "zip entry %s has flags 0x%04x, which say encrypted or otherwise unusual"
              .formatted(quote(name), flags));
    }
    if (method != STORED && method != DEFLATED) {
      throw new BadInputException(
          "zip entry %s is compressed by method %d, where stored and deflated entries are read"
              .formatted(quote(name), method),
          "Write the archive again without compression");
    }
    if (method == STORED && compressed != size) {
      throw damaged("zip entry %s stores %d bytes as %d".formatted(quote(name), size, compressed));
    }
  }

  private static boolean agrees(long local, long central, boolean described) {
    return local == central || (described && local == 0);
  }

  /** What lies between the content and the next entry must be the data descriptor and no more. */
  private void checkDescriptor(FileBytes file, long offset, long length, boolean described)
      throws IOException {
    boolean fits =
        length == 0
            ? !described || compressed == 0
            : described && DESCRIPTOR_LENGTHS.contains(length);
    if (!fits) {
      throw damaged("%d unexplained bytes follow zip entry %s".formatted(length, quote(name)));
    }
    if (length == 0) {
      return;
    }
    ByteBuffer in = file.slice(offset, length);
    boolean signed = length == 16 || length == ZIP64_DESCRIPTOR_BYTES;
    boolean zip64 = length >= ZIP64_DESCRIPTOR_BYTES - Integer.BYTES;
    ByteBuffer expected = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    if (signed) {
      expected.putInt(DESCRIPTOR);
    }
    expected.putInt(crc);
    if (zip64) {
      expected.putLong(compressed).putLong(size);
    } else {
      expected.putInt((int) compressed).putInt((int) size);
    }
    boolean agree = expected.flip().equals(in);
    if (!agree) {
      throw damaged("zip entry %s: what follows it disagrees".formatted(quote(name)));
    }
  }
}
