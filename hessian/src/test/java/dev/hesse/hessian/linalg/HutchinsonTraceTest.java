package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.HutchinsonTrace.Options;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertThat(estimate.samples()).allSatisfy(x -> assertThat(x).isCloseTo(exact, within(1e-13)));
    assertThat(estimate.trace().standardError()).isLessThan(1e-13);
  }

  @Test
  void theStandardErrorIsThatOfTheMean() {
    // squares 1.5² + 0.5² + 0.5² + 1.5² = 5 over 4·3
    assertThat(Mean.of(1, 2, 3, 4)).isEqualTo(new Mean(2.5, Math.sqrt(5 / 12.0)));
    assertThat(Mean.of(7).standardError()).isNaN();
  }

  /**
   * |estimate − trace| ≤ 2 standard errors has probability 0.952 for Student's t with 99 degrees of
   * freedom. Over 400 seeds its count has standard deviation √(400·0.952·0.048) = 4.3, so that 381
   * ± 17 is a band of four.
   */
  @Test
  void theStandardErrorIsHonest() {
    long covered =
        IntStream.range(0, 400).filter(seed -> covers(seed, new Options(100, 0))).count();
    assertThat(covered).isBetween(364L, 398L);
  }

  /**
   * Stopping as soon as the error looks small favours errors that are too small. At a tolerance
   * that stops between 16 and 100 samples the interval still covers 9 times of 10: 360 less four
   * standard deviations of 6.
   */
  @Test
  void theStoppingRuleKeepsTheStandardErrorHonest() {
    Options options = new Options(100, 0.1);
    long stoppedEarly =
        IntStream.range(0, 400)
            .map(seed -> estimate(OPERATOR, options, seed).samples().size())
            .filter(samples -> samples < 100)
            .count();
    assertThat(stoppedEarly).isGreaterThan(300);
    long covered = IntStream.range(0, 400).filter(seed -> covers(seed, options)).count();
    assertThat(covered).isGreaterThan(336);
  }

  private static boolean covers(int seed, Options options) {
    Mean trace = estimate(OPERATOR, options, seed).trace();
    return Math.abs(trace.value() - OPERATOR.trace()) <= 2 * trace.standardError();
  }

  @Test
  void theVarianceOfASampleIsTwiceTheSquaresOffTheDiagonal() {
    double squares = 0;
    for (int i = 0; i < 60; i++) {
      for (int j = 0; j < 60; j++) {
        squares += i == j ? 0 : Math.pow(OPERATOR.a[i][j], 2);
      }
    }
    Mean trace = estimate(OPERATOR, new Options(10_000, 0), 3).trace();
    double variance = Math.pow(trace.standardError(), 2) * 10_000;
    // a sample variance of m near-normal samples has relative error √(2/m) = 1.4 %, here somewhat
    // more as three outliers give the samples heavier tails: 8 % allows five times that
    assertThat(variance).isCloseTo(2 * squares, within(0.08 * 2 * squares));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 64})
  void resultsDoNotDependOnTheBlock(int block) {
    for (Options options : new Options[] {new Options(100, 0), new Options(100, 0.15)}) {
      TraceEstimate alone = estimate(OPERATOR, options, 5);
      DenseOperator blocked = OPERATOR.withPreferredBlock(block);
      TraceEstimate together = estimate(blocked, options, 5);
      assertThat(together).isEqualTo(alone);
      assertThat(blocked.products).isEqualTo(together.samples().size());
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

  @Test
  void stopsAtTheToleranceAndSaysWhatMoreWouldTake() {
    TraceEstimate loose = estimate(OPERATOR, new Options(1000, 0.1), 1);
    assertThat(loose.status()).isEqualTo(Status.CONVERGED);
    assertThat(loose.samples()).hasSizeBetween(16, 200);
    assertThat(loose.trace().standardError()).isLessThanOrEqualTo(0.1 * loose.trace().value());
    assertThat(estimate(OPERATOR, new Options(1000, 0.9), 1).samples()).hasSize(16);
    TraceEstimate tight = estimate(OPERATOR, new Options(30, 1e-3), 1);
    assertThat(tight.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(tight.samples()).hasSize(30);
    assertThat(tight.message()).contains("after 30 samples, the most allowed");
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
      assertThat(estimate.samples()).hasSameSizeAs(unit.samples());
      assertThat(estimate.trace().value() / scale).isCloseTo(unit.trace().value(), within(1e-10));
    }
  }

  @Test
  void errors() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(1, 0))
        .withMessage("expected maxSamples of at least 2, got 1");
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
