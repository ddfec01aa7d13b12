package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FigureOptionsTest {

  @Test
  void refusesSizesThatNoFigureFits() {
    assertThatThrownBy(() -> FigureOptions.DEFAULT.withSize(299, 320))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a width from 300 to 5000, got 299");
    assertThatThrownBy(() -> FigureOptions.DEFAULT.withSize(480, 5001))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAVarianceThatIsNotPositive(double sigma2) {
    assertThatThrownBy(() -> FigureOptions.DEFAULT.withSigma2(sigma2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got " + sigma2);
  }
}
