package dev.hesse.io.tensorbundle;

import static dev.hesse.io.tensorbundle.TestIndex.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.tensorflow.proto.DataType.DT_DOUBLE;
import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_STRING;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.TensorSliceProto;
import org.tensorflow.types.TInt32;

/** Bundles with partitioned tensors, as TensorFlow writes and reads them, and malformed ones. */
class PartitionedTensorTest {
  @TempDir private Path folder;

  private static byte[] key(String tensor, String slice) {
    return TensorSlice.parse(slice).key(tensor.getBytes(StandardCharsets.UTF_8));
  }

  /** The slices of a float matrix w of three rows and two columns: two rows and the last one. */
  static TestIndex halves() {
    return TestIndex.ofShards(1)
        .with(key("w", "0,2:-"), entry(DT_FLOAT, 16, 2, 2).build().toByteArray())
        .with(key("w", "2,1:-"), entry(DT_FLOAT, 8, 1, 2).setOffset(16).build().toByteArray());
  }

  /** The entry of {@link #halves}' tensor. */
  static BundleEntryProto.Builder whole(String... slices) {
    return listing(entry(DT_FLOAT, 0, 3, 2), slices);
  }

  private static BundleEntryProto.Builder listing(
      BundleEntryProto.Builder tensor, String... slices) {
    for (String slice : slices) {
      TensorSliceProto.Builder proto = tensor.addSlicesBuilder();
      for (TensorSlice.Extent extent : TensorSlice.parse(slice).extents()) {
        TensorSliceProto.Extent.Builder range = proto.addExtentBuilder();
        if (extent.length() >= 0) {
          range.setStart(extent.start()).setLength(extent.length());
        }
      }
    }
    return tensor;
  }

  /** Numbers its elements in row-major order. */
  private static StoredTensor counting(long... shape) {
    int[] numbers = IntStream.range(0, (int) StoredTensor.elementCount(shape)).toArray();
    return StoredTensor.of(shape, numbers);
  }

  private static long[] shape(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  /** Index by index, what {@code slice} has of {@link #counting}. */
  private static StoredTensor part(long[] shape, String slice) {
    List<TensorSlice.Extent> extents = TensorSlice.parse(slice).extents();
    long[] sizes = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      sizes[i] = extents.get(i).length() < 0 ? shape[i] : extents.get(i).length();
    }
    int[] numbers = new int[(int) StoredTensor.elementCount(sizes)];
    for (int at = 0; at < numbers.length; at++) {
      long rest = at;
      long stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        numbers[at] += (int) ((extents.get(i).start() + rest % sizes[i]) * stride);
        rest /= sizes[i];
        stride *= shape[i];
      }
    }
    return StoredTensor.of(sizes, numbers);
  }

  private static Operand<TInt32> constant(Ops tf, StoredTensor tensor) {
    int[] numbers = Arrays.stream(tensor.toDoubles()).mapToInt(number -> (int) number).toArray();
    return tf.constant(Shape.of(tensor.shape()), DataBuffers.of(numbers));
  }

  /** A bundle of slices of {@link #counting}, by {@code SaveV2}. */
  private static void save(Path prefix, String name, String shape, List<String> slices) {
    TensorFlowOps.run(
        tf -> {
          List<Operand<?>> parts = new ArrayList<>();
          slices.forEach(slice -> parts.add(constant(tf, part(shape(shape), slice))));
          return tf.train
              .save(
                  tf.constant(prefix.toString()),
                  TensorFlowOps.strings(tf, slices.stream().map(slice -> name).toList()),
                  TensorFlowOps.strings(
                      tf, slices.stream().map(slice -> shape + " " + slice).toList()),
                  parts)
              .op();
        });
  }

  private static void assertSame(StoredTensor actual, StoredTensor expected) {
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.data()).isEqualTo(expected.data());
  }

  @ParameterizedTest
  @CsvSource({
    "4, '0,4'",
    "4, -",
    "4, '0,2 2,2'",
    "4 6, '0,4:0,6'",
    "4 6, '0,2:0,6 2,2:0,6'",
    "4 6, '0,4:3,3 0,4:0,3'",
    "4 6, '-:0,1 -:1,5'",
    "5 6, '0,2:- 2,2:- 4,1:-'",
    "4 6, '0,1:0,2 0,1:2,4 1,3:0,5 1,3:5,1'",
    "2 5 3, '-:0,2:- -:2,3:-'",
    "2 5 3, '0,1:0,2:- 0,1:2,3:- 1,1:-:0,2 1,1:-:2,1'",
    "2 1 3, '-:-:0,1 -:-:1,2'",
    "20000 2, '0,63:- 63,1:- 64,8127:- 8191,1:- 8192,11808:-'"
  })
  void readsWhatTensorFlowSaves(String shape, String slices) throws Exception {
    Path prefix = folder.resolve("net");
    String name = "embedding/ä";
    save(prefix, name, shape, List.of(slices.split(" ", -1)));

    StoredTensor expected = counting(shape(shape));
    Weights weights = TensorBundle.read(prefix);
    assertThat(weights.tensors()).containsOnlyKeys(name);
    assertSame(weights.tensors().get(name), expected);
    assertSame(TensorFlowOps.restore(prefix, Map.of(name, expected)).get(name), expected);
  }

  @Test
  void readsSlicesOfSeveralShards() throws Exception {
    save(folder.resolve("a"), "w", "4 3", List.of("0,1:-"));
    save(folder.resolve("b"), "v", "2", List.of("-"));
    save(folder.resolve("c"), "w", "4 3", List.of("1,3:-"));
    Path prefix = folder.resolve("net");
    TensorFlowOps.merge(
        List.of(folder.resolve("a"), folder.resolve("b"), folder.resolve("c")), prefix);

    Map<String, StoredTensor> tensors = TensorBundle.read(prefix).tensors();
    assertThat(tensors.keySet()).containsExactly("w", "v");
    assertSame(tensors.get("w"), counting(4, 3));
    assertSame(tensors.get("v"), counting(2));
  }

  /** Columns of two rows; bytes as the format has them. */
  @Test
  void putsEveryElementTypeTogether() throws Exception {
    for (DType dtype : DType.values()) {
      int size = dtype.bytes();
      byte[] first = new byte[4 * size];
      byte[] last = new byte[2 * size];
      Arrays.fill(first, 2 * size, 4 * size, (byte) 1);
      Arrays.fill(last, size, 2 * size, (byte) 1);
      var type = BundleEntry.dataType(dtype);
      TestIndex index =
          TestIndex.ofShards(1)
              .with(
                  key("w", "-:0,2"),
                  entry(type, first.length, 2, 2)
                      .setCrc32C(TestIndex.crc(first))
                      .build()
                      .toByteArray())
              .with(
                  key("w", "-:2,1"),
                  entry(type, last.length, 2, 1)
                      .setOffset(first.length)
                      .setCrc32C(TestIndex.crc(last))
                      .build()
                      .toByteArray())
              .with("w", listing(entry(type, 0, 2, 3), "-:0,2", "-:2,1").build());
      Files.write(folder.resolve("net.index"), index.build());
      Files.write(folder.resolve("net.data-00000-of-00001"), TestTable.concat(first, last));

      byte[] expected = new byte[6 * size];
      Arrays.fill(expected, 3 * size, 6 * size, (byte) 1);
      assertSame(
          TensorBundle.read(folder.resolve("net")).tensors().get("w"),
          new StoredTensor(dtype, new long[] {2, 3}, ByteBuffer.wrap(expected)));
    }
  }

  @Test
  void findsDamageInASlice() throws Exception {
    Path prefix = folder.resolve("net");
    save(prefix, "w", "4", List.of("0,2", "2,2"));
    Path shard = BundleNames.shard(prefix, 0, 1);
    byte[] data = Files.readAllBytes(shard);
    data[9] ^= 1;
    Files.write(shard, data);
    assertThatThrownBy(() -> TensorBundle.read(prefix))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'w': its 8 bytes at 8 of shard 0 do not have their checksum");
    Files.write(shard, Arrays.copyOf(data, 15));
    assertThatThrownBy(() -> TensorBundle.read(prefix))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'w' ends at 16 of shard 0, which has 15 bytes");
  }

  private static BundleEntryProto.Builder ranging(TensorSliceProto.Extent.Builder extent) {
    return whole().addSlices(TensorSliceProto.newBuilder().addExtent(extent));
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        arguments(whole("0,2:-"), "'w': its slices have 4 of its 6 elements"),
        arguments(whole("0,2:-", "2,1:-", "2,1:-"), "its slice '2,1:-' is not there, or twice"),
        arguments(whole("0,2:-", "2,1:0,2"), "its slice '2,1:0,2' is not there, or twice"),
        arguments(whole("-:-"), "its slice '-:-' is not there"),
        arguments(whole("0,2:-", "2,2:-"), "slice '2,2:-' does not lie in the shape [3, 2]"),
        arguments(whole("0,2:-", "2,1"), "slice '2,1' does not lie in the shape [3, 2]"),
        arguments(
            whole("9223372036854775807,9223372036854775807:-"), "does not lie in the shape [3, 2]"),
        arguments(whole("0,2:-", "2,1:-", "1,2:-"), "its slices overlap"),
        arguments(whole("0,2:-", "2,1:-").setDtype(DT_DOUBLE), "has the shape [2, 2] of float32"),
        arguments(
            listing(entry(DT_FLOAT, 0, 3, 3), "0,2:-"), "'0,2:-' has the shape [2, 2] of float32"),
        arguments(listing(entry(DT_FLOAT, 0, 1L << 40, 2), "0,2:-"), "more than the 2 GiB"),
        arguments(listing(entry(DT_FLOAT, 0, 1L << 27, 2), "0,2:-"), "4 of its 268435456 elements"),
        arguments(listing(entry(DT_FLOAT, 0, -3, 2), "0,2:-"), "negative shape"),
        arguments(
            ranging(TensorSliceProto.Extent.newBuilder().setLength(0)), "a slice of 0 from 0"),
        arguments(
            ranging(TensorSliceProto.Extent.newBuilder().setStart(1)), "a slice of -1 from 1"),
        arguments(
            ranging(TensorSliceProto.Extent.newBuilder().setStart(-1).setLength(1)),
            "a slice of 1 from -1"),
        arguments(entry(DT_FLOAT, 4, 1).setOffset(90), "it has slices that belong to no tensor"),
        arguments(listing(entry(DT_STRING, 0, 3, 2), "0,2:-"), "slices that belong to no tensor"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("malformed")
  void refuses(BundleEntryProto.Builder entry, String message) {
    byte[] third = entry(DT_FLOAT, 16, 2, 2).setOffset(24).build().toByteArray();
    assertRefused(halves().with("w", entry.build()).with(key("w", "1,2:-"), third), message);
  }

  static Stream<Arguments> malformedSlices() {
    return Stream.of(
        arguments(entry(DT_FLOAT, 12, 2, 2), "a slice of tensor 'w': 4 elements of float32 in 12"),
        arguments(
            entry(DT_FLOAT, 16, 2, 2).setShardId(1), "a slice of tensor 'w': it lies in shard 1"),
        arguments(entry(DT_FLOAT, 16, 4), "its slice '0,2:-' has the shape [4] of float32"),
        arguments(entry(DT_STRING, 16, 2, 2), "its slice '0,2:-' is not there"),
        arguments(entry(DT_FLOAT, 16, 2, 2).setOffset(1), "'w' begins at 16 of shard 0"),
        arguments(
            listing(entry(DT_FLOAT, 16, 2, 2), "-:-"),
            "a slice of tensor 'w': it has slices of its own"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("malformedSlices")
  void refusesSlices(BundleEntryProto.Builder slice, String message) {
    TestIndex index = halves().with("w", whole("0,2:-", "2,1:-").build());
    assertRefused(index.with(key("w", "0,2:-"), slice.build().toByteArray()), message);
  }

  private static void assertRefused(TestIndex index, String message) {
    assertThatThrownBy(() -> BundleIndex.parse(FileBytes.of(index.build())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void leavesOutTextInSlices() throws Exception {
    TestIndex index =
        TestIndex.ofShards(1)
            .with("w", listing(entry(DT_STRING, 0, 3), "0,2", "2,1").build())
            .with(key("w", "0,2"), entry(DT_STRING, 7, 2).build().toByteArray())
            .with(key("w", "2,1"), entry(DT_STRING, 5, 1).setOffset(7).build().toByteArray());
    Files.write(folder.resolve("net.index"), index.build());
    Files.write(folder.resolve("net.data-00000-of-00001"), new byte[12]);

    Weights weights = TensorBundle.read(folder.resolve("net"));
    assertThat(weights.tensors()).isEmpty();
    assertThat(weights.omitted()).containsExactly("w");
  }

  /** The first two are examples of TensorFlow's ordered_code.cc, others the ends of its ranges. */
  @ParameterizedTest
  @CsvSource({
    "4342338, f0424242",
    "-2048, 3800",
    "0, 80",
    "-1, 7f",
    "63, bf",
    "64, c040",
    "8191, dfff",
    "8192, e02000",
    "36028797018963967, ff7fffffffffffff",
    "36028797018963968, ff8080000000000000",
    "9223372036854775807, ffc07fffffffffffffff"
  })
  void encodesNumbers(long number, String code) {
    assertThat(HexFormat.of().formatHex(new OrderedCode().signed(number).bytes())).isEqualTo(code);
  }

  @Test
  void escapesText() {
    byte[] text = {'a', 0, (byte) 0xff};
    assertThat(HexFormat.of().formatHex(new OrderedCode().text(text).bytes()))
        .isEqualTo("6100ffff000001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "4", "4 ", " 0,2", "x 0,2", "4 0", "4 0;2", "4 0,2,2", "4 0,0", "4 -1,2", "4 0,2:"
      })
  void refusesSpecs(String text) {
    assertThatThrownBy(() -> SliceSpec.parse(text))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("slice '" + text + "': ");
  }

  @Test
  void takesASliceOfATensor() {
    long[] shape = {4, 3};
    StoredTensor tensor = counting(shape);
    for (String slice : List.of("1,2:-", "-:1,2", "2,1:1,1", "-:-", "0,4:0,3")) {
      assertSame(SliceSpec.parse("4 3 " + slice).of(tensor), part(shape, slice));
    }
    assertThatThrownBy(() -> SliceSpec.parse("4 2 -:-").of(tensor))
        .hasMessageContaining("of shape [4, 2], which has [4, 3] in the checkpoint");
    assertThatThrownBy(() -> SliceSpec.parse("4 3 3,2:-").of(tensor))
        .hasMessageContaining("slice '3,2:-' does not lie in the shape [4, 3]");
  }
}
