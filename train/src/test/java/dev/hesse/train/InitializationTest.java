package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InitializationTest {
  private static final Map<String, double[]> WEIGHTS =
      Initialization.draw(ResNetConfig.DEFAULT, 3).weights();

  @Test
  void kernelsAreNormalWithVarianceTwoOverFanOut() {
    double[] kernel = WEIGHTS.get("layer3.1.conv2.weight");
    double variance = 2.0 / (3 * 3 * 64);
    int n = kernel.length;
    double mean = Arrays.stream(kernel).average().orElseThrow();
    double square = Arrays.stream(kernel).map(v -> v * v).average().orElseThrow();
    // Four standard errors: √(σ²/n) of the mean, σ²√(2/n) of the mean square.
    assertThat(mean).isCloseTo(0, within(4 * Math.sqrt(variance / n)));
    assertThat(square).isCloseTo(variance, within(4 * variance * Math.sqrt(2.0 / n)));
    // A uniform distribution of that variance would end at √3 deviations.
    assertThat(Arrays.stream(kernel).max().orElseThrow()).isGreaterThan(3 * Math.sqrt(variance));
  }

  @Test
  void theClassifierIsUniformWithinItsBound() {
    double[] weight = WEIGHTS.get("fc.weight");
    assertThat(Arrays.stream(weight).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(0.125);
    double square = Arrays.stream(weight).map(v -> v * v).average().orElseThrow();
    // The variance of a uniform distribution in ±b is b²/3, that of its square 4b⁴/45.
    double error = Math.sqrt(4 * Math.pow(0.125, 4) / 45 / weight.length);
    assertThat(square).isCloseTo(0.125 * 0.125 / 3, within(4 * error));
  }

  @Test
  void batchNormStartsAsTheIdentity() {
    assertThat(WEIGHTS.get("bn1.weight")).containsOnly(1);
    assertThat(WEIGHTS.get("bn1.bias")).containsOnly(0);
    assertThat(WEIGHTS.get("bn1.running_mean")).containsOnly(0);
    assertThat(WEIGHTS.get("bn1.running_var")).containsOnly(1);
  }

  @Test
  void aSeedDecidesTheWeights() {
    ResNet again = Initialization.draw(ResNetConfig.DEFAULT, 3);
    again.weights().forEach((name, values) -> assertThat(values).isEqualTo(WEIGHTS.get(name)));
    assertThat(Initialization.draw(ResNetConfig.DEFAULT, 4).weights().get("conv1.weight"))
        .isNotEqualTo(WEIGHTS.get("conv1.weight"));
  }
}
