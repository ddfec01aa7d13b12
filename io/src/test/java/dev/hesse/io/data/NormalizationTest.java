package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest {

  @Test
  void roundsOnce() {
    // 77/255 in float arithmetic throughout differs from this in the last bit for some bytes.
    float[][] table = Normalization.CIFAR.ofBytes();
    assertThat(table[1][77]).isEqualTo((float) ((77 / 255.0 - 0.4822) / 0.1994));
    assertThat(table[2][0]).isEqualTo(-2.221393f);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAStandardDeviationThatIsNotPositive(double std) {
    assertThatThrownBy(() -> new Normalization(List.of(0.5), List.of(std)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected positive standard deviations, got " + std);
  }

  @Test
  void refusesOtherListsThanOnePairPerChannel() {
    assertThatThrownBy(() -> new Normalization(List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Normalization(List.of(0.5, 0.5), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 2 and 1");
    assertThatThrownBy(() -> new Normalization(List.of(Double.NaN), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
