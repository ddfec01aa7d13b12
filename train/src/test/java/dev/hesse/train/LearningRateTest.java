package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  @Test
  void stepsComeAfterTheirEpochs() {
    LearningRate rate = new LearningRate.Steps(0.1, 0.1, List.of(80, 120));
    assertThat(rate.at(1)).isEqualTo(0.1);
    assertThat(rate.at(80)).isEqualTo(0.1);
    // Powers and products of a tenth round in the last place.
    assertThat(rate.at(81)).isCloseTo(0.01, within(1e-17));
    assertThat(rate.at(121)).isCloseTo(0.001, within(1e-17));
  }

  @Test
  void theCosineBeginsAtTheTopAndHalvesInTheMiddle() {
    LearningRate rate = new LearningRate.Cosine(0.2, 10);
    assertThat(rate.at(1)).isEqualTo(0.2);
    assertThat(rate.at(6)).isCloseTo(0.1, within(1e-16));
    assertThat(rate.at(10)).isPositive().isLessThan(0.006);
  }
}
