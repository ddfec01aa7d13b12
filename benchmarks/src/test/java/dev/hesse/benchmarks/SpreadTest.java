package dev.hesse.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void medianIsTheMiddleOrTheMeanOfTheTwoMiddleNumbers() {
    assertThat(Spread.of(List.of(3.0, 10.0, 1.0))).isEqualTo(new Spread(3, 1, 10));
    assertThat(Spread.of(List.of(10.0, 1.0, 2.0, 4.0))).isEqualTo(new Spread(3, 1, 10));
    assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7));
    assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
  }

  @Test
  void textHasThreeDigitsOrAWholeNumberAndARangeOnlyWhereItShows() {
    assertThat(new Spread(0.54, 0.5312, 0.5678)).hasToString("0.540 (0.531–0.568)");
    assertThat(new Spread(272474, 272474, 272474)).hasToString("272474");
    assertThat(new Spread(1.2341, 1.2340, 1.2342)).hasToString("1.23");
    assertThat(Spread.number(12.345)).isEqualTo("12.3");
    assertThat(Spread.number(0)).isEqualTo("0");
    assertThat(new Spread(2, 1, 4)).hasToString("2 (1–4)");
    assertThat(new Spread(2, 1, 4.5)).hasToString("2.00 (1.00–4.50)");
    assertThat(Spread.number(0.001234)).isEqualTo("0.00123");
  }
}
