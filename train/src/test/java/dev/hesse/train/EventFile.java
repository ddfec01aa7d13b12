package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tensorflow.proto.Event;

/**
 * Reads event files by their format alone: records of length, its checksum, data, its checksum, all
 * little-endian, where a checksum is a rotated CRC-32C plus a constant.
 */
final class EventFile {
  private static final int MASK_DELTA = 0xa282ead8;

  private EventFile() {}

  static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int start = bytes.position();
      int length = Math.toIntExact(bytes.getLong());
      assertThat(bytes.getInt()).isEqualTo(maskedChecksum(bytes.slice(start, Long.BYTES)));
      ByteBuffer data = bytes.slice(bytes.position(), length);
      bytes.position(bytes.position() + length);
      assertThat(bytes.getInt()).isEqualTo(maskedChecksum(data.duplicate()));
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static int maskedChecksum(ByteBuffer data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }
}
