package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class StridedLayoutTest {
  @Test
  void gathersInRowMajorOrder() {
    ByteBuffer source = ByteBuffer.allocate(12).order(ByteOrder.BIG_ENDIAN);
    for (short i = 0; i < 6; i++) {
      source.putShort((short) (i - 3));
    }
    source.flip();

    StoredTensor tensor = StridedLayout.columnMajor(new long[] {2, 1, 3}).read(DType.INT16, source);

    assertThat(tensor.toDoubles()).containsExactly(-3, -1, 1, -2, 0, 2);
    assertThat(tensor.shape()).containsExactly(2, 1, 3);
  }

  @Test
  void sharesWhatLiesInOrder() {
    ByteBuffer source = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    StoredTensor tensor = StridedLayout.rowMajor(new long[] {2}).read(DType.FLOAT32, source);
    source.putFloat(4, 5);
    assertThat(tensor.toDoubles()).containsExactly(0, 5);
  }

  @Test
  void ignoresStridesThatDoNotMatter() {
    assertThat(new StridedLayout(new long[] {1, 3}, new long[] {99, 1}).isRowMajor()).isTrue();
    assertThat(new StridedLayout(new long[] {0, 3}, new long[] {5, 7}).isRowMajor()).isTrue();
    assertThat(new StridedLayout(new long[] {2, 3}, new long[] {4, 1}).isRowMajor()).isFalse();
    assertThat(new StridedLayout(new long[] {2, 3}, new long[] {4, 1}).span()).isEqualTo(7);
  }

  @Test
  void anEmptyTensorMayHaveHugeDimensions() {
    long[] shape = {Long.MAX_VALUE, Long.MAX_VALUE, 0};
    assertThat(StridedLayout.rowMajor(shape).elementCount()).isZero();
    assertThat(StridedLayout.columnMajor(shape).span()).isZero();
  }

  @Test
  void refusesWhatDoesNotFitInto64Bits() {
    long[] wrapsToFour = {4194305, 4194305, 211106198978564L};
    assertThatThrownBy(() -> StridedLayout.rowMajor(wrapsToFour))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("exceeds 64 bits");
    assertThatThrownBy(() -> new StridedLayout(new long[] {3}, new long[] {Long.MAX_VALUE}))
        .hasMessageContaining("exceeds 64 bits");
    assertThatThrownBy(() -> new StridedLayout(new long[] {-1}, new long[] {1}))
        .hasMessageContaining("negative shape [-1]");
    assertThatThrownBy(() -> new StridedLayout(new long[] {2}, new long[] {-1}))
        .hasMessageContaining("negative shape");
    assertThatThrownBy(() -> new StridedLayout(new long[65], new long[65]))
        .hasMessageContaining("65 dimensions");
  }
}
