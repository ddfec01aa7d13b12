package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.HutchinsonTrace.Options;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiagonalEstimateTest {
  private static final int N = 40;
  private static final int SEEDS = 300;
  private static final double[] SPECTRUM =
      IntStream.range(0, N).mapToDouble(i -> i < 3 ? 20 - 7 * i : Math.cos(i)).toArray();
  private static final DenseOperator OPERATOR = DenseOperator.withSpectrum(SPECTRUM);

  /** The mean over seeds of ‖estimate − d‖² and of what is said of it, over the latter. */
  private static double honesty(
      SymmetricOperator operator, double[][] a, int steps, Options options) {
    double errors = 0;
    double said = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Lanczos space = Lanczos.fromGaussian(operator, seed, 1 << 20);
      for (int i = 0; i < steps; i++) {
        space.step();
      }
      TraceEstimate.Diagonal found =
          HutchinsonTrace.estimate(operator, space, new int[] {0, N}, options, seed, Progress.NONE)
              .diagonal()
              .orElseThrow();
      for (int i = 0; i < N; i++) {
        errors += Math.pow(found.values()[i] - a[i][i], 2);
      }
      said += found.standardError() * found.standardError();
    }
    return errors / said;
  }

  /**
   * Σ errors² over a seed is a sum of 40 dependent squares, of which the three large eigenvalues
   * rule some three: a relative deviation of √(2/3) a seed, 5 % over 300, of which four.
   */
  @ParameterizedTest
  @EnumSource
  void theStandardErrorIsThatOfTheWholeVector(ProbeDistribution distribution) {
    assertThat(honesty(OPERATOR, OPERATOR.a, 0, new Options(20, 0, distribution, true)))
        .isCloseTo(1, within(0.2));
  }

  /**
   * Of a diagonal matrix of equal entries Σ errors² is a sum of 40 independent squares of means of
   * products zᵢ², whose kurtosis is at most 15: a relative deviation of √(14/40) a seed, 3.4 % over
   * 300, of which four. What is said deviates less.
   */
  @ParameterizedTest
  @EnumSource(names = {"GAUSSIAN", "SPHERICAL"})
  void fewSamplesOfALargeDiagonal(ProbeDistribution distribution) {
    double[] entries = new double[N];
    Arrays.fill(entries, 3);
    DenseOperator large = DenseOperator.diagonal(entries);
    assertThat(honesty(large, large.a, 0, new Options(3, 0, distribution, true)))
        .isCloseTo(1, within(0.15));
  }

  @Test
  void besideASpaceTheErrorIsHonestAndSmaller() {
    assertThat(
            honesty(
                OPERATOR, OPERATOR.a, 6, new Options(20, 0, ProbeDistribution.RADEMACHER, true)))
        .isCloseTo(1, within(0.2));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 12})
  void sumsOfFewAndOfManyTerms(int terms) {
    SumOperator sum = equalTerms(terms);
    assertThat(honesty(sum, OPERATOR.a, 0, new Options(20, 0, ProbeDistribution.RADEMACHER, true)))
        .isCloseTo(1, within(0.2));
  }

  @Test
  void noneIsKeptUnlessAsked() {
    assertThat(HutchinsonTrace.estimate(OPERATOR, new Options(20, 0), 1, Progress.NONE).diagonal())
        .isEmpty();
  }

  private static SumOperator equalTerms(int terms) {
    return new SumOperator() {
      @Override
      public int dimension() {
        return N;
      }

      @Override
      public void apply(double[] x, double[] y) {
        OPERATOR.apply(x, y);
      }

      @Override
      public int terms() {
        return terms;
      }

      @Override
      public double share(int term) {
        return 1.0 / terms;
      }

      @Override
      public void applyTerm(int term, double[][] x, double[][] y) {
        OPERATOR.applyBlock(x, y);
        for (double[] row : y) {
          Vectors.scale(row, 1.0 / terms);
        }
      }
    };
  }
}
