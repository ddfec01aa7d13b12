package dev.hesse.io.safetensors;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes give weights or a {@link BadInputException}. */
class SafetensorsFuzzTest {
  static Stream<byte[]> headers() {
    return Stream.of(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[4,5]},"
                + "\"c\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[5,5]},"
                + "\"d\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[5,8]}}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  static Stream<byte[]> files() {
    return headers().map(SafetensorsFuzzTest::withHeader);
  }

  /** A file of this header, its true length before it, and 8 bytes of data. */
  private static byte[] withHeader(byte[] header) {
    return ByteBuffer.allocate(Long.BYTES + header.length + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  @MethodSource("headers")
  @FuzzTest(maxDuration = "5m")
  void header(byte[] header) throws IOException {
    read(withHeader(header));
  }

  @MethodSource("files")
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) throws IOException {
    read(content);
  }

  private static void read(byte[] content) throws IOException {
    try {
      Safetensors.read(FileBytes.of(content)).tensors().values().forEach(StoredTensor::toDoubles);
    } catch (BadInputException e) {
      if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", e);
      }
    }
  }
}
