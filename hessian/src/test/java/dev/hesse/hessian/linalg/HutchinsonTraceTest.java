package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.HutchinsonTrace.Options;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HutchinsonTraceTest {
  private static final double[] SPECTRUM =
      IntStream.range(0, 60).mapToDouble(i -> i < 3 ? 20 - 7 * i : Math.cos(i)).toArray();
  private static final DenseOperator OPERATOR = DenseOperator.withSpectrum(SPECTRUM);

  @Test
  void aDiagonalMatrixIsExactFromAnyProbe() {
    double[] diagonal = new Random(1).doubles(100, -1, 2).toArray();
    TraceEstimate estimate = estimate(DenseOperator.diagonal(diagonal), new Options(2, 0), 9);
    double exact = Arrays.stream(diagonal).sum();
    // sums of 100 terms of at most 2 in magnitude
    assertThat(estimate.trace().value()).isCloseTo(exact, within(1e-13));
    assertThat(estimate.trace().standardError()).isZero();
  }

  @Test
  void theStandardErrorIsThatOfTheMean() {
    // squares 1.5² + 0.5² + 0.5² + 1.5² = 5 over 4·3
    assertThat(Mean.of(1, 2, 3, 4)).isEqualTo(new Mean(2.5, Math.sqrt(5 / 12.0)));
    assertThat(Mean.of(7).standardError()).isNaN();
  }

  /**
   * Two standard errors of a nearly normal mean cover in 95.4 % of cases. Over 400 seeds their
   * count has standard deviation √(400·0.954·0.046) = 4.2, and 382 ± 17 is a band of four.
   */
  @ParameterizedTest
  @EnumSource
  void theStandardErrorIsHonest(ProbeDistribution distribution) {
    Options options = new Options(100, 0, distribution);
    assertThat(covered(options)).isBetween(365L, 399L);
  }

  /** Stopping as soon as the error looks small does not make it smaller than it is. */
  @Test
  void theStoppingRuleKeepsTheStandardErrorHonest() {
    Options options = new Options(100, 0.1);
    long stoppedEarly =
        IntStream.range(0, 400)
            .map(seed -> estimate(OPERATOR, options, seed).samples())
            .filter(samples -> samples < 100)
            .count();
    assertThat(stoppedEarly).isGreaterThan(300);
    assertThat(covered(options)).isBetween(360L, 399L);
  }

  private static long covered(Options options) {
    return IntStream.range(0, 400)
        .filter(seed -> covers(estimate(OPERATOR, options, seed), OPERATOR))
        .count();
  }

  private static boolean covers(TraceEstimate estimate, DenseOperator operator) {
    Mean trace = estimate.trace();
    return Math.abs(trace.value() - operator.trace()) <= 2 * trace.standardError();
  }

  /** Against the samples themselves: relative error √(2/m) = 1.4 %, more for heavier tails. */
  @ParameterizedTest
  @EnumSource
  void theVarianceIsThatOfTheSamples(ProbeDistribution distribution) {
    int m = 10_000;
    Probes probes = new Probes(3);
    double[] samples = new double[m];
    double[] y = new double[60];
    for (int i = 0; i < m; i++) {
      double[] z = distribution.draw(probes, i, 60);
      OPERATOR.apply(z, y);
      samples[i] = Vectors.dot(z, y);
    }
    double variance = Math.pow(Mean.of(samples).standardError(), 2) * m;
    Mean trace = estimate(OPERATOR, new Options(4000, 0, distribution), 3).trace();
    assertThat(Math.pow(trace.standardError(), 2) * 4000)
        .isCloseTo(variance, within(0.1 * variance));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 64})
  void resultsDoNotDependOnTheBlock(int block) {
    for (Options options : new Options[] {new Options(100, 0), new Options(100, 0.15)}) {
      TraceEstimate alone = estimate(OPERATOR, options, 5);
      DenseOperator blocked = OPERATOR.withPreferredBlock(block);
      TraceEstimate together = estimate(blocked, options, 5);
      assertThat(together).isEqualTo(alone);
      assertThat(blocked.products).isEqualTo(together.samples());
    }
  }

  @Test
  void blockTracesComeFromTheSameProbesAndSumToTheTrace() {
    int[] offsets = {0, 10, 10, 25, 60};
    DenseOperator operator = OPERATOR.withPreferredBlock(8);
    TraceEstimate estimate =
        HutchinsonTrace.estimate(operator, offsets, new Options(100, 0), 2, Progress.NONE);
    assertThat(operator.products).isEqualTo(100);
    assertThat(estimate.blocks()).hasSize(4);
    assertThat(estimate.blocks().get(1)).isEqualTo(new Mean(0, 0));
    assertThat(estimate.blocks().stream().mapToDouble(Mean::value).sum())
        .isCloseTo(estimate.trace().value(), within(1e-12));
    for (int b = 0; b < 4; b++) {
      Mean mean = estimate.blocks().get(b);
      double exact =
          IntStream.range(offsets[b], offsets[b + 1]).mapToDouble(i -> OPERATOR.a[i][i]).sum();
      assertThat(mean.value()).isCloseTo(exact, within(4 * mean.standardError()));
    }
  }

  /**
   * Over uncoupled blocks the bound of the variance is the variance itself. Coverage as in {@link
   * #theStandardErrorIsHonest}; signs have no error on the block of one.
   */
  @ParameterizedTest
  @EnumSource(names = {"GAUSSIAN", "SPHERICAL"})
  void theStandardErrorsOfBlocksAreHonest(ProbeDistribution distribution) {
    int[] offsets = {0, 1, 61};
    double[][] a = new double[61][61];
    a[0][0] = 5;
    for (int i = 0; i < 60; i++) {
      System.arraycopy(OPERATOR.a[i], 0, a[i + 1], 1, 60);
    }
    DenseOperator uncoupled = new DenseOperator(a, 1);
    double[] exact = {5, OPERATOR.trace()};
    int[] covered = new int[2];
    for (int seed = 0; seed < 400; seed++) {
      List<Mean> blocks =
          HutchinsonTrace.estimate(
                  uncoupled, offsets, new Options(100, 0, distribution), seed, Progress.NONE)
              .blocks();
      for (int b = 0; b < 2; b++) {
        Mean block = blocks.get(b);
        covered[b] += Math.abs(block.value() - exact[b]) <= 2 * block.standardError() ? 1 : 0;
      }
    }
    assertThat(covered[0]).isBetween(365, 399);
    assertThat(covered[1]).isBetween(365, 399);
  }

  @Test
  void stopsAtTheToleranceAndSaysWhatMoreWouldTake() {
    TraceEstimate loose = estimate(OPERATOR, new Options(1000, 0.1), 1);
    assertThat(loose.status()).isEqualTo(Status.CONVERGED);
    assertThat(loose.samples()).isBetween(8, 200);
    assertThat(loose.trace().standardError()).isLessThanOrEqualTo(0.1 * loose.trace().value());
    assertThat(estimate(OPERATOR, new Options(1000, 0.9), 1).samples()).isEqualTo(8);
    TraceEstimate tight = estimate(OPERATOR, new Options(30, 1e-3), 1);
    assertThat(tight.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(tight.samples()).isEqualTo(30);
    assertThat(tight.message())
        .contains("after the most products allowed; the tolerance of 0.001 takes about ");
    TraceEstimate zero = estimate(DenseOperator.diagonal(0, 0, 0), Options.DEFAULT, 1);
    assertThat(zero.status()).isEqualTo(Status.CONVERGED);
    assertThat(zero.trace()).isEqualTo(new Mean(0, 0));
  }

  @Test
  void orderOneAndScales() {
    assertThat(estimate(DenseOperator.diagonal(-4), new Options(2, 0), 1).trace())
        .isEqualTo(new Mean(-4, 0));
    for (double scale : new double[] {1e-12, 1e12}) {
      DenseOperator scaled =
          DenseOperator.withSpectrum(Arrays.stream(SPECTRUM).map(x -> x * scale).toArray());
      TraceEstimate estimate = estimate(scaled, new Options(100, 0.1), 1);
      TraceEstimate unit = estimate(OPERATOR, new Options(100, 0.1), 1);
      assertThat(estimate.samples()).isEqualTo(unit.samples());
      assertThat(estimate.trace().value() / scale).isCloseTo(unit.trace().value(), within(1e-10));
    }
  }

  @Test
  void errors() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(1, 0))
        .withMessage("expected maxProducts of at least 2, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                HutchinsonTrace.estimate(
                    OPERATOR, new int[] {0, 30}, Options.DEFAULT, 1, Progress.NONE))
        .withMessage("expected ascending offsets from 0 to 60, got [0, 30]");
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> estimate(DenseOperator.diagonal(1, Double.NaN), Options.DEFAULT, 1));
  }

  private static TraceEstimate estimate(SymmetricOperator operator, Options options, long seed) {
    return HutchinsonTrace.estimate(operator, options, seed, Progress.NONE);
  }
}
