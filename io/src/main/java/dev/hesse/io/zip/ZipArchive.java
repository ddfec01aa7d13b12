package dev.hesse.io.zip;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The contents of a zip archive. The entries lie side by side from the file's first byte to the
 * directory; there is nothing between them, so no second archive can hide in the gaps.
 */
public final class ZipArchive {
  /** All deflated entries together may expand to this multiple of the file, and a fixed amount. */
  private static final int EXPANSION = 16;

  private static final long FREE_EXPANSION = 64 << 20;

  /** The longest array that every Java can make. */
  private static final int MAX_CONTENT = Integer.MAX_VALUE - 8;

  private record Located(ZipEntry entry, Region content) {}

  private final FileBytes file;
  private final Map<String, Located> located;
  private long budget;

  private ZipArchive(FileBytes file, Map<String, Located> located) {
    this.file = file;
    this.located = located;
    this.budget = EXPANSION * file.size() + FREE_EXPANSION;
  }

  /**
   * Holds every entry against the file's directory.
   *
   * @throws BadInputException if an entry contradicts the directory, is encrypted, compressed by
   *     another method than deflate, stored with another CRC, or not side by side with its
   *     neighbours
   */
  public static ZipArchive read(FileBytes file, ZipDirectory directory) throws IOException {
    List<ZipEntry> ordered =
        directory.entries().stream()
            .sorted(Comparator.comparingLong(ZipEntry::headerOffset))
            .toList();
    if (!ordered.isEmpty() && ordered.get(0).headerOffset() != 0) {
      throw damaged("the first zip entry does not begin at byte 0");
    }
    Map<String, Located> located = new HashMap<>();
    for (int i = 0; i < ordered.size(); i++) {
      ZipEntry entry = ordered.get(i);
      long limit = i + 1 < ordered.size() ? ordered.get(i + 1).headerOffset() : directory.start();
      located.put(entry.name(), new Located(entry, entry.locate(file, limit)));
    }
    return new ZipArchive(file, located);
  }

  /**
   * Where the content of an entry lies that is not compressed.
   *
   * @throws BadInputException if there is no such entry or it is compressed
   */
  public Region stored(String name) {
    Located found = get(name);
    if (found.entry().method() != ZipEntry.STORED) {
      throw damaged(
          "zip entry %s is compressed, where this format stores plainly".formatted(quote(name)));
    }
    return found.content();
  }

  /**
   * The content of an entry of less than 2 GiB. It shares the file's memory where it is stored; all
   * deflated entries together expand to at most 16 times the file's size and 64 MiB.
   *
   * @throws BadInputException if there is no such entry, it is longer, or it does not expand to the
   *     size and the CRC that the directory says
   */
  public ByteBuffer content(String name) throws IOException {
    Located found = get(name);
    ZipEntry entry = found.entry();
    if (Math.max(entry.size(), entry.compressed()) > MAX_CONTENT) {
      throw new BadInputException(
          "%d bytes are more than the 2 GiB that one array may take".formatted(entry.size()),
          "Split the array or save it in a smaller type");
    }
    ByteBuffer content = file.slice(found.content().offset(), found.content().length());
    return entry.method() == ZipEntry.STORED ? content : inflate(entry, content);
  }

  private ByteBuffer inflate(ZipEntry entry, ByteBuffer compressed) {
    budget -= entry.size();
    if (budget < 0) {
      throw new BadInputException(
          "compressed entries expand to more than %d times the file's %d bytes"
              .formatted(EXPANSION, file.size()),
          "Write the archive again without compression, as numpy.savez does");
    }
    ByteBuffer content = ByteBuffer.allocate((int) entry.size()).order(compressed.order());
    Inflater inflater = new Inflater(/* nowrap= */ true);
    try {
      inflater.setInput(compressed);
      // One byte more than there should be, so that the end of the data is seen.
      ByteBuffer beyond = ByteBuffer.allocate(1);
      while (content.hasRemaining() && inflater.inflate(content) > 0) {}
      boolean exact =
          !content.hasRemaining()
              && inflater.inflate(beyond) == 0
              && inflater.finished()
              && inflater.getRemaining() == 0;
      if (!exact) {
        throw damaged(
            "zip entry %s does not expand to its %d bytes"
                .formatted(quote(entry.name()), entry.size()));
      }
    } catch (DataFormatException e) {
      throw damaged("zip entry %s is not deflated data".formatted(quote(entry.name())));
    } finally {
      inflater.end();
    }
    CRC32 crc = new CRC32();
    crc.update(content.flip());
    if ((int) crc.getValue() != entry.crc()) {
      throw entry.wrongCrc();
    }
    return content.rewind().asReadOnlyBuffer().order(compressed.order());
  }

  private Located get(String name) {
    Located found = located.get(name);
    if (found == null) {
      throw damaged("the archive has no record %s".formatted(quote(name)));
    }
    return found;
  }
}
