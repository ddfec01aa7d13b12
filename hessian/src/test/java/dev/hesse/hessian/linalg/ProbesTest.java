package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProbesTest {
  private static final Probes PROBES = new Probes(1);

  /**
   * A seed means the same numbers in every release: these may only change with a changelog entry.
   */
  @Test
  void valuesAreFrozen() {
    assertThat(PROBES.rademacher(0, 8)).containsExactly(1, -1, 1, -1, -1, -1, -1, 1);
    assertThat(PROBES.rademacher(1, 8)).containsExactly(-1, -1, 1, -1, 1, -1, -1, 1);
    assertThat(PROBES.rademacher(2, 8)).containsExactly(1, -1, -1, 1, -1, 1, 1, 1);
    assertThat(PROBES.gaussian(0, 3))
        .containsExactly(-0.788212661679929, 1.9837017076267738, 0.2022017117960056);
  }

  @Test
  void aShorterProbeIsThePrefixOfALonger() {
    assertThat(PROBES.rademacher(3, 1000)).startsWith(PROBES.rademacher(3, 70));
    assertThat(PROBES.gaussian(3, 1000)).startsWith(PROBES.gaussian(3, 71));
  }

  @Test
  void seedsIndicesAndDistributionsDiffer() {
    double[] base = PROBES.rademacher(0, 4096);
    double[] otherSeed = new Probes(2).rademacher(0, 4096);
    double[] otherIndex = PROBES.rademacher(1, 4096);
    double[] signs = Arrays.stream(PROBES.gaussian(0, 4096)).map(Math::signum).toArray();
    for (double[] other : new double[][] {otherSeed, otherIndex, signs}) {
      // a sum of 4096 independent signs has standard deviation 64
      assertThat(Vectors.dot(base, other)).isCloseTo(0, within(4 * 64.0));
    }
  }

  @Test
  void momentsAreThoseOfTheDistribution() {
    int n = 1 << 20;
    double[] signs = PROBES.rademacher(5, n);
    assertThat(Arrays.stream(signs).map(Math::abs)).containsOnly(1.0);
    // standard errors: 1/√n of the mean, √(15 − 0)/√n of the third, √(105 − 9)/√n of the fourth
    // moment
    double root = Math.sqrt(n);
    assertThat(Arrays.stream(signs).sum() / n).isCloseTo(0, within(4 / root));
    double[] normal = PROBES.gaussian(5, n);
    assertThat(Arrays.stream(normal).sum() / n).isCloseTo(0, within(4 / root));
    assertThat(Vectors.dot(normal, normal) / n).isCloseTo(1, within(4 * Math.sqrt(2) / root));
    assertThat(Arrays.stream(normal).map(x -> x * x * x).sum() / n)
        .isCloseTo(0, within(4 * Math.sqrt(15) / root));
    assertThat(Arrays.stream(normal).map(x -> x * x * x * x).sum() / n)
        .isCloseTo(3, within(4 * Math.sqrt(96) / root));
  }
}
