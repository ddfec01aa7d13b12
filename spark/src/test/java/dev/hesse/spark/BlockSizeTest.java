package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockSizeTest {
  private static final long GIBI = 1L << 30;

  @Test
  void ofModelsOfAllSizes() {
    int resNet20 = 272_474;
    int resNet18 = 11_173_962;
    assertThat(BlockSize.of(resNet20, 2, GIBI, 4 * GIBI)).isEqualTo(8);
    // Half of a heap for 40 bytes a weight: 447 MB.
    assertThat(BlockSize.of(resNet18, 2, GIBI, 16 * GIBI)).isEqualTo(1);
    assertThat(BlockSize.of(resNet18, 2, 4 * GIBI, 16 * GIBI)).isEqualTo(4);
    // Ten results of 16 bytes a weight: 1.8 GB.
    assertThat(BlockSize.of(resNet18, 10, 8 * GIBI, 8 * GIBI)).isEqualTo(2);
    assertThat(BlockSize.of(10 * resNet18, 10, GIBI, GIBI)).isEqualTo(1);
  }
}
