package dev.hesse.io.tfrecord;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.MaskedCrc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a record file without compression. */
public final class RecordFile {
  private static final int HEADER = Long.BYTES + Integer.BYTES;

  private RecordFile() {}

  /**
   * The records in order, as views of the file.
   *
   * @throws BadInputException if the file is no record file or damaged
   */
  public static List<ByteBuffer> read(Path path) throws IOException {
    try (FileBytes file = FileBytes.open(path)) {
      List<ByteBuffer> records = new ArrayList<>();
      long at = 0;
      while (at < file.size()) {
        long left = file.size() - at - HEADER - Integer.BYTES;
        if (left < 0) {
          throw damaged("record %d ends with the file".formatted(records.size()));
        }
        long length = file.slice(at, Long.BYTES).getLong();
        requireSum(file, at, Long.BYTES, "length of record %d".formatted(records.size()));
        if (length < 0 || length > left || length > Integer.MAX_VALUE) {
          throw damaged(
              "record %d of %d bytes in a file of %d"
                  .formatted(records.size(), length, file.size()));
        }
        requireSum(file, at + HEADER, length, "record %d".formatted(records.size()));
        records.add(file.slice(at + HEADER, length));
        at += HEADER + length + Integer.BYTES;
      }
      return records;
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
  }

  private static void requireSum(FileBytes file, long offset, long length, String what)
      throws IOException {
    int stored = file.slice(offset + length, Integer.BYTES).getInt();
    if (MaskedCrc.of(file, offset, length) != stored) {
      throw damaged("the checksum of the %s is not that of its bytes".formatted(what));
    }
  }
}
