package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumeralsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 0",
    "2495.9055, 2495.9",
    "-47.04869, −47.049",
    "999999.9, 1 × 10^6",
    "123456, 123460",
    "1234567, 1.2346 × 10^6",
    "0.00001234, 0.00001234",
    "-0.0000001234, −1.234 × 10^−7",
    "4.9E-324, 4.9407 × 10^−324",
    "NaN, unknown",
    "-Infinity, unknown",
  })
  void rounds(double value, String expected) {
    assertThat(Numerals.rounded(value, 5)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "19244.885, 575.437, 19245 ± 575",
    "190.234, 3.271, 190.2 ± 3.3",
    "-5, 0.0123, −5.000 ± 0.012",
    "1.3e11, 2e8, (1.3000 ± 0.0020) × 10^11",
    "3e-9, 4e-7, (0.0 ± 4.0) × 10^−7",
    "454.902431, 0, 454.9",
    "454.902431, NaN, 454.9",
    "NaN, 1, unknown",
  })
  void showsTwoDigitsOfTheError(double value, double error, String expected) {
    assertThat(Numerals.withError(value, error)).hasToString(expected);
  }

  @Test
  void zeroHasNoSign() {
    assertThat(Numerals.fixed(-0.001, 0, 2)).isEqualTo("0.00");
    assertThat(Numerals.fixed(-1234, 3, 1)).isEqualTo("−1.2");
  }
}
