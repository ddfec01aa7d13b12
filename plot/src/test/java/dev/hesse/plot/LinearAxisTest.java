package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LinearAxisTest {

  private static String[] labels(LinearAxis axis) {
    return axis.ticks().stream().map(tick -> String.valueOf(tick.label())).toArray(String[]::new);
  }

  @Test
  void stepsAreRound() {
    assertThat(labels(LinearAxis.of(-97, 2546, 6)))
        .containsExactly("0", "500", "1000", "1500", "2000", "2500");
    assertThat(labels(LinearAxis.of(-0.31, 0.42, 6)))
        .containsExactly("−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3", "0.4");
  }

  @Test
  void powersOfTenAreLeftOut() {
    LinearAxis axis = LinearAxis.of(-2.4e6, 1.4e6, 7);
    assertThat(axis.exponent()).isEqualTo(6);
    assertThat(labels(axis)).containsExactly("−2.0", "−1.5", "−1.0", "−0.5", "0.0", "0.5", "1.0");
    assertThat(LinearAxis.of(0, 5e-11, 5).exponent()).isEqualTo(-11);
    assertThat(LinearAxis.of(0, 99_999, 5).exponent()).isZero();
  }

  @Test
  void anyIntervalHasAboutAsManyTicksAsAskedFor() {
    for (double width = 1e-12; width < 1e12; width *= 1.7) {
      LinearAxis axis = LinearAxis.of(-width / 3, width, 6);
      // Steps grow by factors of at most 2.5, so they are off by at most that.
      assertThat(axis.ticks()).hasSizeBetween(3, 12);
      assertThat(axis.ticks().get(0).value()).isGreaterThanOrEqualTo(-width / 3);
      assertThat(axis.ticks().get(1).value() - axis.ticks().get(0).value())
          .isCloseTo(axis.step(), within(1e-9 * axis.step()));
    }
  }
}
