package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import dev.hesse.io.data.ArrayDataset.Named;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArrayDatasetTest {
  private static final Normalization GREY = new Normalization(List.of(0.5), List.of(0.25));

  private static Named bytes(String name, long[] shape, int... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length);
    for (int value : values) {
      data.put((byte) value);
    }
    return new Named(name, new StoredTensor(DType.UINT8, shape, data.flip()));
  }

  private static Named floats(long[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return new Named("x.npy", new StoredTensor(DType.FLOAT32, shape, data.flip()));
  }

  private static Named longs(long[] shape, long... values) {
    ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      data.putLong(value);
    }
    return new Named("y.npy", new StoredTensor(DType.INT64, shape, data.flip()));
  }

  private static Named labels(long... values) {
    return longs(new long[] {values.length}, values);
  }

  @Test
  void bytesAreScaledAndNormalised() {
    Named images = bytes("x.npy", new long[] {2, 1, 1, 3}, 0, 255, 51, 1, 2, 3);
    ArrayDataset dataset = new ArrayDataset(images, labels(4, 7), null);

    assertThat(dataset.source()).isEqualTo("x.npy, y.npy");
    assertThat(dataset.classes()).isEqualTo(8);
    assertThat(dataset.exampleShape()).containsExactly(1, 1, 3);
    ImageBatch batch = dataset.images(new int[] {0});
    assertThat(batch.labels()).containsExactly(4);
    assertThat(batch.inputs())
        .containsExactly(
            (float) (-0.4914 / 0.2023),
            (float) ((1 - 0.4822) / 0.1994),
            (float) ((51 / 255.0 - 0.4465) / 0.2010));
  }

  @Test
  void floatsAreTakenAsTheyAreUnlessStatisticsAreGiven() {
    Named images = floats(new long[] {2, 1, 1, 1}, 3.5f, -1);
    assertThat(new ArrayDataset(images, labels(0, 1), null).images(new int[] {0, 1}).inputs())
        .containsExactly(3.5f, -1);
    assertThat(new ArrayDataset(images, labels(0, 1), GREY).images(new int[] {1, 0}).inputs())
        .containsExactly(-6, 12);
  }

  @Test
  void channelsFirstIsTransposed() {
    // 1 image, 3 channels, 1 row, 2 columns: element = 10 × channel + column
    Named images = floats(new long[] {1, 3, 1, 2}, 0, 1, 10, 11, 20, 21);
    ArrayDataset dataset = new ArrayDataset(images, labels(0), null);

    assertThat(dataset.exampleShape()).containsExactly(1, 2, 3);
    assertThat(dataset.images(new int[] {0}).inputs()).containsExactly(0, 10, 20, 1, 11, 21);
  }

  @Test
  void channelsLastWinsWhereBothFit() {
    Named images = floats(new long[] {1, 3, 1, 1}, 0, 1, 2);
    assertThat(new ArrayDataset(images, labels(0), null).exampleShape()).containsExactly(3, 1, 1);
  }

  @Test
  void everyIntegerTypeMakesLabels() {
    for (DType dtype : DType.values()) {
      if (dtype.isFloating() || dtype == DType.BOOL) {
        continue;
      }
      ByteBuffer data = ByteBuffer.allocate(2 * dtype.bytes());
      data.put(0, (byte) 3).put(dtype.bytes(), (byte) 127);
      Named labels = new Named("y.npy", new StoredTensor(dtype, new long[] {2}, data));
      Named images = floats(new long[] {2, 1, 1, 1}, 0, 0);
      assertThat(new ArrayDataset(images, labels, null).images(new int[] {0, 1}).labels())
          .containsExactly(3, 127);
    }
  }

  static Stream<Arguments> refused() {
    long[] one = {1, 1, 1, 1};
    Named image = floats(one, 0);
    Named half =
        new Named("y.npy", new StoredTensor(DType.BOOL, new long[] {1}, ByteBuffer.allocate(1)));
    return Stream.of(
        arguments(image, labels(0, 1), null, "x.npy holds 1 images and y.npy 2 labels"),
        arguments(image, labels(-1), null, "y.npy: label -1 at index 0 is not a class number"),
        arguments(image, labels(Long.MAX_VALUE), null, "is not a class number"),
        arguments(image, floats(new long[] {1}, 0), null, "labels are float32, not integers"),
        arguments(image, half, null, "labels are bool, not integers"),
        arguments(image, longs(new long[] {1, 1}, 0), null, "labels have shape [1, 1]"),
        arguments(image, longs(new long[] {}, 0), null, "labels have shape []"),
        arguments(longs(one, 0), labels(0), null, "images are int64"),
        arguments(floats(new long[] {1, 1, 1}, 0), labels(0), null, "images have shape [1, 1, 1]"),
        arguments(
            floats(new long[] {0, 1, 1, 1}), labels(), null, "images have shape [0, 1, 1, 1]"),
        arguments(
            bytes("x.npy", one, 7),
            labels(0),
            null,
            "channel count of the images is 1, that of mean and standard deviation 3"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refuses(Named images, Named labels, @Nullable Normalization statistics, String message) {
    assertThatThrownBy(() -> new ArrayDataset(images, labels, statistics))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> notFinite() {
    long[] one = {1, 1, 1, 1};
    return Stream.of(
        arguments(
            floats(new long[] {2, 1, 2, 3}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Float.NaN, 0),
            labels(0, 1),
            null,
            "x.npy: image 1 has the value NaN in row 0, column 1, channel 1"),
        arguments(floats(one, Float.NEGATIVE_INFINITY), labels(0), null, "the value -Infinity"),
        arguments(floats(one, Float.MAX_VALUE), labels(0), GREY, "the value Infinity"));
  }

  @ParameterizedTest
  @MethodSource("notFinite")
  void readsFiniteNumbersAlone(
      Named images, Named labels, @Nullable Normalization statistics, String message) {
    ArrayDataset dataset = new ArrayDataset(images, labels, statistics);
    int last = dataset.examples() - 1;
    assertThatThrownBy(() -> dataset.images(new int[] {last}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void textIsRefused() {
    TextTensor text = new TextTensor(new long[] {1}, List.of(new byte[] {'a'}));
    assertThatThrownBy(() -> Named.of("y.npy", text))
        .isInstanceOf(BadInputException.class)
        .hasMessage("y.npy holds text. Give numbers.");
  }
}
