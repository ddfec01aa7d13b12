package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataArrayTest {
  private static final StoredTensor NUMBERS =
      StoredTensor.of(new long[] {3, 2}, new float[] {0, 1, 2, 3, 4, 5});

  @Test
  void rowsAreSlicesAlongTheFirstDimension() {
    StoredTensor rows = NUMBERS.rows(new int[] {2, 0, 2});
    assertThat(rows.shape()).containsExactly(3, 2);
    assertThat(rows.toDoubles()).containsExactly(4, 5, 0, 1, 4, 5);
    assertThatThrownBy(() -> NUMBERS.rows(new int[] {3}))
        .isInstanceOf(IndexOutOfBoundsException.class);

    List<byte[]> words = List.of(bytes("a"), bytes("b"), bytes("c"));
    TextTensor texts = new TextTensor(new long[] {3}, words).rows(new int[] {1, 1});
    assertThat(texts.shape()).containsExactly(2);
    assertThat(texts.elements()).containsExactly(words.get(1), words.get(1));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void smallWholeNumbersConvertToEveryTypeAndBack(DType type) {
    StoredTensor bits = StoredTensor.of(new long[] {2}, new int[] {0, 1});
    StoredTensor converted = bits.as(type);
    assertThat(converted.dtype()).isEqualTo(type);
    assertThat(converted.as(DType.INT32).toDoubles()).containsExactly(0, 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16", "BFLOAT16"})
  void everyHalfConvertsToFloatAndBack(DType type) {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value =
          type == DType.FLOAT16
              ? StoredTensor.halfToFloat((short) bits)
              : Float.intBitsToFloat(bits << 16);
      if (!Float.isNaN(value)) {
        short back =
            type == DType.FLOAT16 ? StoredTensor.halfOf(value) : StoredTensor.bfloatOf(value);
        assertThat(back).as("bits %x", bits).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void halvesRoundToTheNearestAndTiesToEven() {
    // Between 1 and 1 + 2^-10 the middle goes to the even 1, a little more to the odd.
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(1 + 0x1p-11))).isEqualTo(1);
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(1 + 0x1p-11 + 0x1p-40)))
        .isEqualTo(1 + 0x1p-10f);
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(65519.9))).isEqualTo(65504);
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(-65520))).isNegative().isInfinite();
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(Double.NaN))).isNaN();
    assertThat(StoredTensor.halfToFloat(StoredTensor.halfOf(0x1.8p-25))).isEqualTo(0x1p-24f);
  }

  @Test
  void whatAnIntegerTypeCannotHoldIsNamed() {
    StoredTensor halves = StoredTensor.of(new long[] {3}, new float[] {1, 2.5f, -1});
    assertThatThrownBy(() -> halves.as(DType.INT64))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("element 1 is 2.5, where whole numbers from");
    assertThatThrownBy(() -> halves.rows(new int[] {2}).as(DType.UINT8))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("element 0 is -1.0, where whole numbers from 0 to 255");
    assertThat(Arrays.stream(halves.as(DType.FLOAT64).toDoubles()).sum()).isEqualTo(2.5);
  }

  @Test
  void wholeNumbersThatDoublesRoundAreRefused() {
    StoredTensor odd = StoredTensor.of(new long[] {1}, new long[] {(1L << 53) + 1});
    for (DType type : new DType[] {DType.UINT64, DType.UINT32}) {
      assertThatThrownBy(() -> odd.as(type)).isInstanceOf(BadInputException.class);
    }
    StoredTensor exact = StoredTensor.of(new long[] {1}, new long[] {(1L << 53) - 1});
    assertThat(exact.as(DType.UINT64).data().getLong()).isEqualTo((1L << 53) - 1);
  }

  @Test
  void sizesThatNoArrayHasAreSaid() {
    StoredTensor wide = StoredTensor.of(new long[] {0, 1L << 40, 1L << 40}, new float[0]);
    assertThatThrownBy(() -> wide.rows(new int[] {0}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("are too many at once");
    StoredTensor row = StoredTensor.of(new long[] {1, 1 << 20}, new float[1 << 20]);
    assertThatThrownBy(() -> row.rows(new int[512]))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("512 rows of an array of shape [1, 1048576] are too many at once");
    StoredTensor many = StoredTensor.of(new long[] {Long.MAX_VALUE, 0}, new float[0]);
    assertThatThrownBy(() -> DataArray.concatenated(List.of(many, many)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("rows together");
  }
}
