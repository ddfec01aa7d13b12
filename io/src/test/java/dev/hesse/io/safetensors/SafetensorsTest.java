package dev.hesse.io.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import dev.hesse.io.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private static final String ONE =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

  @TempDir Path folder;

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return file(json.length, json, dataBytes);
  }

  private static byte[] file(long declared, byte[] json, int dataBytes) {
    return ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(declared)
        .put(json)
        .array();
  }

  private static Weights read(byte[] content) throws IOException {
    return Safetensors.read(FileBytes.of(content));
  }

  @Test
  void writesWhatItReads() throws IOException {
    Map<String, StoredTensor> tensors =
        new LinkedHashMap<>(Checkpoint.read(TestData.checkpoint("dtypes.pt")).tensors());
    tensors.put("again", tensors.get("float32"));
    tensors.put("\"ü\\", tensors.get("scalar"));
    Map<String, String> metadata = Map.of("format", "pt", "note", "line\nbreak");
    Path path = folder.resolve("a.safetensors");
    Safetensors.write(path, tensors, metadata);

    Checkpoint read = Checkpoint.read(path);

    assertThat(read.format()).isEqualTo(Checkpoint.Format.SAFETENSORS);
    assertThat(read.metadata()).isEqualTo(metadata);
    assertThat(read.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
    tensors.forEach(
        (name, tensor) -> {
          StoredTensor copy = read.tensors().get(name);
          assertThat(copy.dtype()).as(name).isEqualTo(tensor.dtype());
          assertThat(copy.shape()).as(name).containsExactly(tensor.shape());
          assertThat(copy.data()).as(name).isEqualTo(tensor.data());
        });
    assertThat(folder.toFile().list()).containsExactly("a.safetensors");
  }

  @Test
  void alignsTheDataAndEveryTensor() throws IOException {
    ByteBuffer eight = ByteBuffer.allocate(8);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("byte", new StoredTensor(DType.INT8, new long[] {1}, ByteBuffer.allocate(1)));
    tensors.put("double", new StoredTensor(DType.FLOAT64, new long[] {1}, eight));
    Path path = folder.resolve("a.safetensors");
    Safetensors.write(path, tensors, Map.of());

    byte[] content = Files.readAllBytes(path);
    long header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
    String json = new String(content, 8, (int) header, StandardCharsets.UTF_8);
    assertThat(json)
        .contains("\"byte\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[8,9]}")
        .contains("\"double\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}");
  }

  @Test
  void refusesToWriteAReservedName() {
    StoredTensor tensor = new StoredTensor(DType.INT8, new long[] {0}, ByteBuffer.allocate(0));
    Path path = folder.resolve("a.safetensors");
    assertThatThrownBy(() -> Safetensors.write(path, Map.of("__metadata__", tensor), Map.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("a tensor is called __metadata__, which");
    assertThat(path).doesNotExist();
  }

  @Test
  void emptyTensorsAndPadding() throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
            + "\"b\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,1]}}   ";
    assertThat(read(file(header, 1)).tensors().keySet()).containsExactly("a", "b");
    assertThat(read(file("{}", 0)).tensors()).isEmpty();
  }

  /** In each header, w stands for {@link #ONE}'s tensor; 8 bytes of data follow. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'w':W | the header is not the JSON",
        "{'w':W}x | the header is not the JSON",
        "{'w':W}{} | something follows the header's JSON object",
        "[W] | the header has START_ARRAY where START_OBJECT belongs",
        "{'w':W,'w':W} | Duplicate field",
        "{'w':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate field",
        "{'w':3} | tensor 'w': its description has VALUE_NUMBER_INT",
        "{'w':{'shape':[2],'data_offsets':[0,8]}} | not all of dtype, shape",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8]}} | not all of dtype, shape",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,4,8]}} | more than 2 numbers",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}} | unknown field 'x'",
        "{'w':{'dtype':'F8_E4M3','shape':[8],'data_offsets':[0,8]}} | type 'F8_E4M3' are not read",
        "{'w':{'dtype':7,'shape':[8],'data_offsets':[0,8]}} | dtype has VALUE_NUMBER_INT",
        "{'w':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | a negative number",
        "{'w':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | VALUE_NUMBER_FLOAT where",
        "{'w':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}} | VALUE_STRING where",
        "{'w':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}} | not the JSON",
        "{'w':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | not the JSON",
        "{'w':{'dtype':'F32','shape':[[2]],'data_offsets':[0,8]}} | not the JSON that it should be",
        "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 3 elements of float32 in 8 bytes",
        "{'w':{'dtype':'F32','shape':[4194305,4194305,211106198978564],'data_offsets':[0,8]}}"
            + " | exceeds 64 bits",
        "{'w':{'dtype':'F64','shape':[2305843009213693953],'data_offsets':[0,8]}}"
            + " | 2305843009213693953 elements of float64 in 8 bytes",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | lies at 8 to 0",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | must begin at 0: no gaps",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | take 4 bytes, but 8 follow",
        "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | take 12 bytes, but 8 follow",
        "{'w':W,'v':W} | tensor 'v' lies at 0 to 8, but must begin at 8",
        "{'w':{'dtype':'I8','shape':[9223372036854775807],'data_offsets':[0,9223372036854775807]}}"
            + " | take 9223372036854775807 bytes, but 8 follow",
        "{'__metadata__':{'a':1},'w':W} | __metadata__ has VALUE_NUMBER_INT where VALUE_STRING",
        "{'__metadata__':[],'w':W} | __metadata__ has START_ARRAY",
        "{'a\\u0007':W} | tensor name 'a\\u0007' has unprintable characters",
      })
  void refused(String header, String message) {
    String tensor = ONE.substring(5, ONE.length() - 1);
    String json = header.replace("W", tensor).replace('\'', '"');
    assertThatThrownBy(() -> read(file(json, 8)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, a header of 18446744073709551615 bytes",
    "9223372036854775807, a header of 9223372036854775807 bytes",
    "100000001, a header of 100000001 bytes",
    "70, a header of 70 bytes",
    "0, the header has nothing where START_OBJECT belongs",
    "1, the header is not the JSON",
  })
  void headerLength(long declared, String message) {
    byte[] content = file(declared, ONE.getBytes(StandardCharsets.UTF_8), 8);
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] json = ONE.getBytes(StandardCharsets.UTF_8);
    json[2] = (byte) 0xff;
    assertThatThrownBy(() -> read(file(json.length, json, 8)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the header is not UTF-8");
  }

  @Test
  void refusesMoreEntriesThanAnyModelHas() {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{");
    for (int i = 0; i <= 250_000; i++) {
      header.append(i == 0 ? "" : ",").append('"').append(i).append("\":\"\"");
    }
    byte[] content = file(header.append("}}").toString(), 0);
    assertThatThrownBy(() -> read(content)).hasMessageContaining("more than 250000 tensors");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = file(ONE, 8);
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(prefix))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }

  @Test
  void survivesEveryFlippedByte() throws IOException {
    byte[] whole = file(ONE, 8);
    for (int mask : new int[] {0x01, 0x20, 0x80, 0xff}) {
      for (int i = 0; i < whole.length - 8; i++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) mask;
        try {
          assertThat(read(flipped).tensors()).hasSize(1);
        } catch (BadInputException e) {
          assertThat(e.getMessage()).doesNotContain("\n");
        }
      }
    }
  }
}
