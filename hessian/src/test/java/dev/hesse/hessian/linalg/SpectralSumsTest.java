package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.SpectralDensity.Options;
import dev.hesse.hessian.linalg.SpectralDensity.Outliers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums over a spectrum with outliers at both ends and a bulk around zero. */
class SpectralSumsTest {
  private static final int N = 120;
  private static final double[] SPECTRUM =
      IntStream.range(0, N)
          .mapToDouble(i -> i < 5 ? 100 + 80 * i : i < 7 ? -20 * i : Math.sin(3 * i))
          .toArray();
  private static final DenseOperator OPERATOR = DenseOperator.withSpectrum(SPECTRUM);
  private static final DoubleUnaryOperator LOG = x -> Math.log1p(Math.abs(x) / 0.1);

  private static SpectralDensity density(SymmetricOperator operator, Options options, int seed) {
    return SpectralDensity.estimate(
        Lanczos.fromRademacher(operator, seed, 0, Long.MAX_VALUE), options, Progress.NONE);
  }

  private static double exact(DoubleUnaryOperator f) {
    return Arrays.stream(SPECTRUM).map(f).sum();
  }

  @Test
  void theOutliersAreFoundAndHaveTheirWeight() {
    SpectralDensity density = density(OPERATOR, new Options(30, 2), 1);
    assertThat(density.outliers()).isEqualTo(new Outliers(5, 2));
    for (SpectralDensity.Run run : density.adjusted()) {
      List<Double> weights = run.weights();
      assertThat(weights.stream().mapToDouble(w -> w).sum()).isCloseTo(1, within(1e-14));
      assertThat(weights.subList(weights.size() - 5, weights.size())).containsOnly(1.0 / N);
    }
  }

  /** The spread of f over the bulk, times √(2N/R) at most: the outliers add nothing. */
  @Test
  void sumsAreExactOnTheOutliers() {
    Mean squares = density(OPERATOR, new Options(30, 1), 1).sum(x -> x * x);
    assertThat(squares.value()).isCloseTo(exact(x -> x * x), within(4 * squares.standardError()));
    assertThat(squares.standardError()).isLessThan(Math.sqrt(2 * N)).isPositive();
  }

  /** Two standard errors cover 95.4 % of nearly normal errors: 382 ± 17 of 400. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theStandardErrorIsHonest(int runs) {
    for (DoubleUnaryOperator f : List.<DoubleUnaryOperator>of(x -> x, x -> x * x, LOG)) {
      double exact = exact(f);
      long covered =
          IntStream.range(0, 400)
              .mapToObj(seed -> density(OPERATOR, new Options(40, runs), seed).sum(f))
              .filter(sum -> Math.abs(sum.value() - exact) <= 2 * sum.standardError())
              .count();
      assertThat(covered).isBetween(362L, 400L);
    }
  }

  @Test
  void theNumbersAreThoseOfTheSpectrum() {
    SpectralSums sums = SpectralSums.of(density(OPERATOR, new Options(50, 4), 3), 0.1, 50);
    assertClose(sums.frobeniusNorm(), Math.sqrt(exact(x -> x * x)));
    assertClose(sums.negativeShare(), exact(x -> Math.max(-x, 0)) / exact(Math::abs));
    assertClose(sums.logDeterminant(), exact(LOG));
    assertClose(sums.effectiveDimension(), exact(x -> Math.max(x, 0) / (Math.max(x, 0) + 0.1)));
    assertClose(sums.countAbove(), 5);
  }

  private static void assertClose(Mean mean, double exact) {
    assertThat(mean.value()).isCloseTo(exact, within(4 * mean.standardError() + 1e-9));
  }

  @Test
  void aWholeSpectrumIsExact() {
    SpectralDensity density = density(OPERATOR, new Options(N, 1), 1);
    Mean count = SpectralSums.of(density, 1, 0).countAbove();
    assertThat(count.value())
        .isCloseTo(Arrays.stream(SPECTRUM).filter(x -> x > 0).count(), within(1e-9));
    assertThat(count.standardError()).isZero();
  }

  @Test
  void repeatedEigenvaluesAreNoOutliers() {
    double[] twice = new double[60];
    Arrays.fill(twice, 0, 2, 9);
    SpectralDensity density = density(DenseOperator.withSpectrum(twice), new Options(20, 1), 1);
    assertThat(density.outliers()).isEqualTo(Outliers.NONE);
    assertThat(SpectralSums.of(density, 1, 1).frobeniusNorm().value()).isPositive();
  }

  /** A node that is the whole rule has no spread, and no coarser rule to differ from. */
  @Test
  void theErrorOfOneStepIsUnknown() {
    SpectralDensity density = density(OPERATOR, new Options(1, 2), 1);
    assertThat(density.coarse()).isNull();
    SpectralSums sums = SpectralSums.of(density, 0.1, 50);
    for (Mean sum :
        List.of(
            sums.frobeniusNorm(),
            sums.negativeShare(),
            sums.logDeterminant(),
            sums.effectiveDimension(),
            sums.countAbove())) {
      assertThat(sum.value()).isFinite();
      assertThat(sum.standardError()).isInfinite();
    }
  }

  @Test
  void oneStepOfAMultipleOfTheIdentityIsExact() {
    double[] same = new double[20];
    Arrays.fill(same, 3);
    DenseOperator identity = DenseOperator.diagonal(same);
    for (SpectralDensity density :
        List.of(
            density(identity, new Options(1, 1), 1),
            ChebyshevDensity.estimate(
                identity, new ChebyshevDensity.Options(20, 1), 1, Progress.NONE))) {
      Mean norm = SpectralSums.of(density, 1, 1).frobeniusNorm();
      // the basis is rounded to float
      assertThat(norm.value()).isCloseTo(3 * Math.sqrt(20), within(1e-5));
      assertThat(norm.standardError()).isLessThan(1e-5);
    }
  }

  /** Of a small matrix too, where the weight of a single node is 1 and at most 25/n. */
  @Test
  void aSingleNodeIsNoOutlier() {
    SpectralDensity density =
        density(DenseOperator.withSpectrum(5, 1, -2, 0.5, 3), new Options(1, 1), 1);
    assertThat(density.outliers()).isEqualTo(Outliers.NONE);
    assertThat(density(DenseOperator.diagonal(5), new Options(1, 1), 1).outliers())
        .isEqualTo(new Outliers(1, 0));
  }

  /**
   * n·w of a k-fold eigenvalue is χ²ₖ distributed, and below 9 with probability 1e-4 for k = 30.
   */
  @Test
  void anEigenvalueRepeatedManyTimesIsNoOutlier() {
    DenseOperator operator = DenseOperator.withSpectrum(repeated(30));
    for (int seed = 0; seed < 20; seed++) {
      assertThat(density(operator, new Options(5, 1), seed).outliers()).isEqualTo(Outliers.NONE);
    }
  }

  /** The sum over four runs is χ²₃₆ distributed, and below 16 with probability 0.2 %. */
  @Test
  void runsTellARepeatedEigenvalueFromASimpleOne() {
    DenseOperator operator = DenseOperator.withSpectrum(repeated(9));
    for (int seed = 0; seed < 20; seed++) {
      SpectralDensity density = density(operator, new Options(5, 4), seed);
      assertThat(density.outliers()).isEqualTo(Outliers.NONE);
      assertClose(density.sum(x -> x > 50 ? 1 : 0), 9);
    }
    for (int seed = 0; seed < 20; seed++) {
      SpectralDensity density = density(OPERATOR, new Options(30, 4), seed);
      assertThat(density.outliers()).isEqualTo(new Outliers(5, 2));
    }
  }

  /** A k-fold eigenvalue beside a continuous bulk. */
  private static double[] repeated(int k) {
    return IntStream.range(0, 300).mapToDouble(i -> i < k ? 100 : Math.sin(i)).toArray();
  }

  @Test
  void theSpectrumIsNearerToTheExactOneWithTheOutliersWeights() {
    double raw = 0;
    double adjusted = 0;
    for (int seed = 0; seed < 20; seed++) {
      SpectralDensity density = density(OPERATOR, new Options(30, 1), seed);
      raw += Wasserstein.distance(density.runs().get(0), SPECTRUM);
      adjusted += Wasserstein.distance(density.adjusted().get(0), SPECTRUM);
    }
    assertThat(adjusted).isLessThan(raw / 10);
  }

  @Test
  void runsInOneBlockAreThoseOneByOne() {
    SpectralDensity alone = density(OPERATOR, new Options(20, 6), 1);
    Blocks blocks = new Blocks();
    SpectralDensity together = density(blocks, new Options(20, 6), 1);
    assertThat(together.runs()).isEqualTo(alone.runs());
    assertThat(together.products()).isEqualTo(120);
    assertThat(blocks.sizes).isEqualTo(Map.of(1, 40, 4, 20));
    Blocks single = new Blocks();
    density(single, new Options(20, 6, 1), 1);
    assertThat(single.sizes).isEqualTo(Map.of(1, 120));
  }

  @Test
  void asManyRunsAreMadeAtOnceAsTheMemoryOfOneBasisHolds() {
    Blocks blocks = new Blocks();
    Lanczos first = Lanczos.fromRademacher(blocks, 1, 0, 59L * Float.BYTES * N);
    SpectralDensity density = SpectralDensity.estimate(first, new Options(20, 6), Progress.NONE);
    assertThat(density.status()).isEqualTo(Status.CONVERGED);
    assertThat(blocks.sizes).isEqualTo(Map.of(1, 40, 2, 40));
  }

  /** Counts how many products are made at once, at best four. */
  private static final class Blocks implements SymmetricOperator {
    final Map<Integer, Integer> sizes = new HashMap<>();

    @Override
    public int dimension() {
      return N;
    }

    @Override
    public void apply(double[] x, double[] y) {
      OPERATOR.apply(x, y);
    }

    @Override
    public void applyBlock(double[][] x, double[][] y) {
      sizes.merge(x.length, 1, Integer::sum);
      OPERATOR.applyBlock(x, y);
    }

    @Override
    public int preferredBlock() {
      return 4;
    }
  }

  @Test
  void errors() {
    SpectralDensity density = density(OPERATOR, new Options(5, 1), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpectralSums.of(density, 0, 1))
        .withMessage("expected a damping above 0, got 0.0");
  }
}
