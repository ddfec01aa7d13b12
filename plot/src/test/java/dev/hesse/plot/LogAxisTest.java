package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.plot.Axis.Tick;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LogAxisTest {

  private static List<String> labels(Axis axis) {
    return axis.ticks().stream()
        .map(Tick::label)
        .filter(Objects::nonNull)
        .map(Label::toString)
        .toList();
  }

  @Test
  void equalFactorsAreEqualDistances() {
    LogAxis axis = LogAxis.of(-2, 2, 100);
    assertThat(axis.fraction(0.01)).isZero();
    assertThat(axis.fraction(1)).isEqualTo(0.5);
    assertThat(axis.fraction(100)).isEqualTo(1);
    assertThat(axis.fraction(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(axis.fraction(-1)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void aLongAxisHasPowersOfTen() {
    LogAxis axis = LogAxis.of(-2, 2, 100);
    assertThat(labels(axis)).containsExactly("10^−2", "10^−1", "10^0", "10^1", "10^2");
    assertThat(axis.ticks()).hasSize(5);
  }

  @Test
  void labelsThatWouldTouchAreLeftOut() {
    LogAxis axis = LogAxis.of(0, 12, 100); // room for 5 labels
    assertThat(labels(axis)).containsExactly("10^0", "10^3", "10^6", "10^9", "10^12");
    assertThat(axis.ticks()).hasSize(13);
  }

  @Test
  void withoutTwoPowersOfTenMultiplesAreLabelled() {
    assertThat(labels(LogAxis.of(Math.log10(150), Math.log10(1900), 100)))
        .containsExactly("200", "500", "10^3");
    assertThat(labels(LogAxis.of(Math.log10(1.5), Math.log10(9), 100))).containsExactly("2", "5");
  }

  @Test
  void ticksAscendWithinTheAxis() {
    for (double width = 0.95; width < 20; width *= 1.3) {
      for (double low = -3.3; low < 3; low += 0.7) {
        LogAxis axis = LogAxis.of(low, low + width, 90);
        assertThat(axis.ticks())
            .allMatch(tick -> axis.fraction(tick.value()) > -1e-9)
            .allMatch(tick -> axis.fraction(tick.value()) < 1 + 1e-9)
            .isSortedAccordingTo((a, b) -> Double.compare(a.value(), b.value()));
        assertThat(labels(axis)).hasSizeGreaterThan(1).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void symlogIsLinearAtZeroAndLogarithmicFarOut() {
    SymlogAxis axis = SymlogAxis.of(-2000, 2000, 200);
    assertThat(axis.threshold()).isEqualTo(1);
    assertThat(axis.fraction(0)).isEqualTo(0.5);
    double unit = axis.fraction(0.02) - axis.fraction(0.01);
    // asinh x = x − x³/6 + …: at 0.02, off by 7e-5 of itself.
    assertThat(axis.fraction(0.01) - 0.5).isCloseTo(unit, within(2e-4 * unit));
    double decade = axis.fraction(100) - axis.fraction(10);
    // asinh x = ln 2x + 1/4x² − …: at 10, off by 0.0025 of ln 10.
    assertThat(axis.fraction(1000) - axis.fraction(100)).isCloseTo(decade, within(0.002 * decade));
    assertThat(axis.fraction(-100)).isCloseTo(1 - axis.fraction(100), within(1e-15));
  }

  @Test
  void symlogHasTicksOfBothSigns() {
    assertThat(labels(SymlogAxis.of(-150, 2000, 240)))
        .containsExactly("−10^2", "−10^1", "−10^0", "0", "10^0", "10^1", "10^2", "10^3");
    // In 100 points, 1 is nearer to 0 than labels may be.
    assertThat(labels(SymlogAxis.of(-150, 2000, 100)))
        .containsExactly("−10^2", "−10^1", "0", "10^1", "10^2", "10^3");
  }

  @Test
  void symlogShowsZeroAndEverySize() {
    for (double size : new double[] {0, Double.MIN_VALUE, 1e-90, 1, 7e5, 1e300, Double.MAX_VALUE}) {
      for (SymlogAxis axis :
          List.of(
              SymlogAxis.of(size, size, 150),
              SymlogAxis.of(-size, size, 150),
              SymlogAxis.of(-size, -size, 150))) {
        assertThat(axis.fraction(0)).isBetween(0.01, 0.99);
        assertThat(labels(axis)).contains("0").doesNotHaveDuplicates();
        assertThat(axis.ticks()).hasSizeBetween(1, 11);
      }
    }
  }
}
