package dev.hesse.io.safetensors;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hesse.io.AtomicFile;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.StridedLayout;
import dev.hesse.io.Weights;
import dev.hesse.io.safetensors.SafetensorsHeader.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes safetensors: 8 bytes of header length, a JSON header, then the tensors'
 * elements, little-endian and row-major, side by side. Reading shares the file's memory.
 */
public final class Safetensors {
  /** The longest header that the format's own reader accepts, in bytes. */
  public static final long MAX_HEADER = 100_000_000;

  /**
   * The key in the metadata under which programs say whose axis order the tensors have, such as
   * {@link #PYTORCH}.
   */
  public static final String AXIS_ORDER = "format";

  public static final String PYTORCH = "pt";

  private static final int ALIGNMENT = 8;

  private Safetensors() {}

  /**
   * The tensors in the header's order, and the metadata.
   *
   * @throws BadInputException if the header is too long or malformed, an element type is not one of
   *     ours, a shape does not fit its offsets, or the tensors overlap, leave gaps or do not end
   *     with the file
   */
  public static Weights read(FileBytes file) throws IOException {
    if (file.size() < Long.BYTES) {
      throw damaged("the file ends within the length of its header");
    }
    long headerLength = file.slice(0, Long.BYTES).getLong();
    long room = file.size() - Long.BYTES;
    if (headerLength < 0 || headerLength > Math.min(room, MAX_HEADER)) {
      throw damaged(
          "a header of %s bytes in a file of %d, where at most %d are read"
              .formatted(Long.toUnsignedString(headerLength), file.size(), MAX_HEADER));
    }
    SafetensorsHeader header = SafetensorsHeader.parse(file.slice(Long.BYTES, headerLength));
    long dataStart = Long.BYTES + headerLength;
    checkTiling(header, file.size() - dataStart);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Entry> item : header.entries().entrySet()) {
      try {
        tensors.put(item.getKey(), tensor(file, dataStart, item.getValue()));
      } catch (BadInputException e) {
        throw e.in("tensor " + quote(item.getKey()));
      }
    }
    return new Weights(tensors, header.metadata());
  }

  /** In order of their offsets the tensors must cover the data, with no gap and no overlap. */
  private static void checkTiling(SafetensorsHeader header, long dataLength) {
    List<Map.Entry<String, Entry>> ordered =
        header.entries().entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
                    .thenComparingLong(e -> e.getValue().end()))
            .toList();
    long position = 0;
    for (Map.Entry<String, Entry> item : ordered) {
      Entry entry = item.getValue();
      if (entry.begin() != position || entry.end() < entry.begin()) {
        throw damaged(
            "tensor %s lies at %d to %d, but must begin at %d: no gaps, no overlap"
                .formatted(quote(item.getKey()), entry.begin(), entry.end(), position));
      }
      position = entry.end();
    }
    if (position != dataLength) {
      throw damaged(
          "the tensors take %d bytes, but %d follow the header".formatted(position, dataLength));
    }
  }

  private static StoredTensor tensor(FileBytes file, long dataStart, Entry entry)
      throws IOException {
    StridedLayout layout = entry.layout();
    long bytes = entry.end() - entry.begin();
    int size = entry.dtype().bytes();
    if (bytes % size != 0 || bytes / size != layout.elementCount()) {
      throw damaged(
          "%d elements of %s in %d bytes"
              .formatted(layout.elementCount(), entry.dtype().label(), bytes));
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new BadInputException(
          "%d bytes are more than the 2 GiB that one tensor may take".formatted(bytes),
          "Split the tensor or save it in a smaller type");
    }
    return layout.read(entry.dtype(), file.slice(dataStart + entry.begin(), bytes));
  }

  /**
   * Writes a file, whole or not at all. The header lists the tensors in the map's order; in the
   * data the wider element types come first, so that all are aligned.
   *
   * @param metadata strings for the header; may be empty
   * @throws BadInputException if a tensor is called {@code __metadata__}
   */
  public static void write(
      Path path, Map<String, StoredTensor> tensors, Map<String, String> metadata)
      throws IOException {
    if (tensors.containsKey(SafetensorsHeader.METADATA)) {
      throw new BadInputException(
          "a tensor is called %s, which safetensors files keep for facts"
              .formatted(SafetensorsHeader.METADATA),
          "Rename the tensor or choose another format, such as npz");
    }
    List<Map.Entry<String, StoredTensor>> ordered =
        tensors.entrySet().stream()
            .sorted(Comparator.comparingInt(item -> -item.getValue().dtype().bytes()))
            .toList();
    byte[] header = header(tensors, metadata, ordered);
    AtomicFile.write(
        path,
        out -> {
          WritableByteChannel channel = Channels.newChannel(out);
          channel.write(
              ByteBuffer.allocate(Long.BYTES)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putLong(header.length)
                  .flip());
          channel.write(ByteBuffer.wrap(header));
          for (Map.Entry<String, StoredTensor> item : ordered) {
            channel.write(item.getValue().data());
          }
        });
  }

  private static byte[] header(
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata,
      List<Map.Entry<String, StoredTensor>> ordered)
      throws IOException {
    Map<String, Long> begins = new HashMap<>();
    long position = 0;
    for (Map.Entry<String, StoredTensor> item : ordered) {
      begins.put(item.getKey(), position);
      position += item.getValue().data().remaining();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (Map.Entry<String, String> item : metadata.entrySet()) {
          json.writeStringField(item.getKey(), item.getValue());
        }
        json.writeEndObject();
      }
      for (Map.Entry<String, StoredTensor> item : tensors.entrySet()) {
        StoredTensor tensor = item.getValue();
        long begin = begins.getOrDefault(item.getKey(), 0L);
        json.writeObjectFieldStart(item.getKey());
        json.writeStringField("dtype", SafetensorsHeader.nameOf(tensor.dtype()));
        writeNumbers(json, "shape", tensor.shape());
        writeNumbers(json, "data_offsets", begin, begin + tensor.data().remaining());
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    while (out.size() % ALIGNMENT != 0) {
      out.write(' ');
    }
    return out.toByteArray();
  }

  private static void writeNumbers(JsonGenerator json, String field, long... numbers)
      throws IOException {
    json.writeFieldName(field);
    json.writeArray(numbers, 0, numbers.length);
  }
}
