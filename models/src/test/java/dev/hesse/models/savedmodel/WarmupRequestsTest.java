package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Requests written as TensorFlow Serving's protobufs and TensorFlow's record files have them. */
class WarmupRequestsTest {
  @TempDir private Path folder;

  private static ByteString message(Map<Integer, List<ByteString>> fields) {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    fields.forEach(
        (number, values) -> {
          Field.Builder field = Field.newBuilder();
          values.forEach(field::addLengthDelimited);
          message.addField(number, field.build());
        });
    return message.build().toByteString();
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static ByteString input(String name, TensorProto value) {
    return message(Map.of(1, List.of(text(name)), 2, List.of(value.toByteString())));
  }

  private static ByteString predict(String signature, ByteString... inputs) {
    ByteString spec = message(Map.of(1, List.of(text("model")), 3, List.of(text(signature))));
    ByteString request = message(Map.of(1, List.of(spec), 2, List.of(inputs)));
    return message(Map.of(6, List.of(message(Map.of(1, List.of(request))))));
  }

  private static TensorShapeProto shape(int... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : sizes) {
      shape.addDimBuilder().setSize(size);
    }
    return shape.build();
  }

  private static TensorProto numbers(int rows, float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(shape(rows, values.length / rows));
    for (float value : values) {
      tensor.addFloatVal(value);
    }
    return tensor.build();
  }

  private static TensorProto words(String... words) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDtype(DataType.DT_STRING).setTensorShape(shape(words.length));
    for (String word : words) {
      tensor.addStringVal(text(word));
    }
    return tensor.build();
  }

  private static int masked(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    int crc = (int) sum.getValue();
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  private Path write(List<ByteString> records) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    int size = 0;
    for (ByteString record : records) {
      byte[] length =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(record.size()).array();
      byte[] part =
          ByteBuffer.allocate(16 + record.size())
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(length)
              .putInt(masked(length))
              .put(record.toByteArray())
              .putInt(masked(record.toByteArray()))
              .array();
      parts.add(part);
      size += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    parts.forEach(all::put);
    Path file = folder.resolve("assets.extra").resolve("tf_serving_warmup_requests");
    Files.createDirectories(file.getParent());
    return Files.write(file, all.array());
  }

  @Test
  void requestsToTheSignatureAreJoined() throws IOException {
    write(
        List.of(
            predict(
                "serving_default", input("x", numbers(2, 1, 2, 3, 4)), input("w", words("a", "b"))),
            predict("other", input("x", numbers(1, 9, 9))),
            message(Map.of(2, List.of(text("")))), // a classification
            predict("", input("w", words("c")), input("x", numbers(1, 5, 6)))));
    Map<String, DataArray> inputs = WarmupRequests.read(folder, "serving_default");
    assertThat(inputs).containsOnlyKeys("x", "w");
    StoredTensor x = (StoredTensor) inputs.get("x");
    assertThat(x.shape()).containsExactly(3, 2);
    assertThat(x.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
    TextTensor w = (TextTensor) inputs.get("w");
    assertThat(w.elements())
        .extracting(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .containsExactly("a", "b", "c");
  }

  @Test
  void oneRequestMayHoldOneNumber() throws IOException {
    TensorProto rate = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(2).build();
    write(List.of(predict("a", input("rate", rate))));
    assertThat(WarmupRequests.read(folder, "a").get("rate").shape()).isEmpty();
    write(List.of(predict("a", input("rate", rate)), predict("a", input("rate", rate))));
    assertRefused("a", "arrays of float32 [] and float32 [] do not go together");
  }

  @Test
  void repeatedElementsTakeNoMoreMemoryThanTheFileWarrants() throws IOException {
    TensorProto ones =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(shape(1 << 20))
            .addFloatVal(1)
            .build();
    ByteString request = predict("a", input("x", ones));
    write(Collections.nCopies(3, request));
    assertThat(WarmupRequests.read(folder, "a").get("x").shape()).containsExactly(3L << 20);
    write(Collections.nCopies(5, request));
    assertRefused("a", "record 4: more elements than a file of this size may hold");
  }

  private void assertRefused(String signature, String message) {
    assertThatThrownBy(() -> WarmupRequests.read(folder, signature))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatDoesNotGoTogetherIsSaid() throws IOException {
    assertRefused("serving_default", "has no requests of its own");
    write(
        List.of(
            predict("a", input("x", numbers(1, 1, 2))), predict("a", input("x", numbers(1, 1)))));
    assertRefused("serving_default", "no prediction requests to signature 'serving_default'");
    assertRefused("a", "arrays of float32 [1, 2] and float32 [1, 1] do not go together");
    write(
        List.of(predict("a", input("x", numbers(1, 1))), predict("a", input("y", numbers(1, 1)))));
    assertRefused("a", "input 'x' is in 1 of 2 requests");
    write(List.of(text("\u007f\u007f no message")));
    assertRefused("a", "record 0 is no PredictionLog");
  }

  @Test
  void damageIsFound() throws IOException {
    Path file = write(List.of(predict("a", input("x", numbers(1, 1, 2)))));
    byte[] bytes = Files.readAllBytes(file);
    for (int at : new int[] {0, 9, 20, bytes.length - 1}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertRefused("a", "checksum");
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    assertRefused("a", "record 0 of");
    Files.write(file, Arrays.copyOf(bytes, 7));
    assertRefused("a", "ends with the file");
  }
}
