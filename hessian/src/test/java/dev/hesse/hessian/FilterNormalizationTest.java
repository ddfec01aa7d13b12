package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.models.ParameterLayout.Parameter;
import dev.hesse.models.ResNet;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FilterNormalizationTest {
  /** Rounding of sums of at most a few hundred squares. */
  private static final double ROUNDING = 1e-14;

  private final ResNet net = Networks.random(Networks.SMALLEST, 1);

  private Parameter parameter(String name) {
    return net.parameters().parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double[] part(double[] vector, Parameter parameter) {
    return Arrays.copyOfRange(vector, parameter.offset(), parameter.offset() + parameter.size());
  }

  /** Holds channel {@code out} of the last axis against d·‖w‖/‖d‖, taken by its four indices. */
  private void assertFilter(Parameter kernel, int out, double[] direction) {
    double[] gaussian = part(new Probes(3).gaussian(1, direction.length), kernel);
    double[] weights = net.weights().get(kernel.name());
    double[] scaled = part(direction, kernel);
    int outputs = Math.toIntExact(kernel.shape().get(kernel.shape().size() - 1));
    double weightNorm = 0;
    double gaussianNorm = 0;
    for (int before = 0; before < kernel.size() / outputs; before++) {
      weightNorm = Math.hypot(weightNorm, weights[before * outputs + out]);
      gaussianNorm = Math.hypot(gaussianNorm, gaussian[before * outputs + out]);
    }
    for (int before = 0; before < kernel.size() / outputs; before++) {
      int i = before * outputs + out;
      double expected = gaussian[i] * weightNorm / gaussianNorm;
      assertThat(scaled[i]).isCloseTo(expected, within(ROUNDING * Math.abs(expected)));
    }
  }

  @Test
  void outputChannelsAndColumnsGetTheNormOfTheWeights() {
    double[] direction = FilterNormalization.direction(net, 3, 1, false);
    Parameter kernel = parameter("layer2.0.conv1.weight");
    assertThat(kernel.shape()).containsExactly(3L, 3L, 2L, 4L);
    for (int out = 0; out < 4; out++) {
      assertFilter(kernel, out, direction);
    }
    Parameter dense = parameter("fc.weight");
    assertThat(dense.shape()).containsExactly(8L, 10L);
    for (int out = 0; out < 10; out++) {
      assertFilter(dense, out, direction);
    }
  }

  @Test
  void biasesAndBatchNormStayUnlessAskedFor() {
    double[] without = FilterNormalization.direction(net, 3, 0, false);
    double[] with = FilterNormalization.direction(net, 3, 0, true);
    for (Parameter parameter : net.parameters().parameters()) {
      if (parameter.shape().size() == 1) {
        assertThat(part(without, parameter)).containsOnly(0);
        assertThat(norm(part(with, parameter)))
            .isCloseTo(norm(net.weights().get(parameter.name())), within(ROUNDING * 10));
      } else {
        assertThat(part(with, parameter)).containsExactly(part(without, parameter));
      }
    }
  }

  private static double norm(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
  }

  @Test
  void zeroFiltersStayZeroAndSeedsDiffer() {
    double[] classifier = net.weights().get("fc.weight");
    for (int i = 3; i < classifier.length; i += 10) {
      classifier[i] = 0;
    }
    double[] direction = FilterNormalization.direction(net, 3, 0, true);
    double[] moved = part(direction, parameter("fc.weight"));
    for (int i = 0; i < moved.length; i++) {
      assertThat(moved[i] == 0).isEqualTo(i % 10 == 3);
    }
    assertThat(direction)
        .containsExactly(FilterNormalization.direction(net, 3, 0, true))
        .isNotEqualTo(FilterNormalization.direction(net, 3, 1, true))
        .isNotEqualTo(FilterNormalization.direction(net, 4, 0, true));
  }
}
