package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.SpectralDensity.Options;
import dev.hesse.hessian.linalg.SpectralDensity.Run;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpectralDensityTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final int N = 150;
  private static final double[] SPECTRUM = new Random(6).doubles(N, -1, 1).toArray();

  /** Σ w·θᵖ = vᵀAᵖv for p ≤ 2m − 1, and not for p = 2m. */
  @Test
  void aRunIsGaussQuadrature() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    int m = 6;
    Run run = estimate(operator, new Options(m, 1)).runs().get(0);
    double[] v = new Probes(1).rademacher(0, N);
    Vectors.scale(v, 1 / Math.sqrt(N));
    double[] power = v.clone();
    for (int p = 0; p <= 2 * m; p++) {
      double exact = Vectors.dot(v, power);
      // moments are at most 1 in magnitude; the basis is rounded by 2⁻²⁴ a step, and p·2m of it
      // count
      double rounding = 2 * m * p * 0x1p-24 + 1e-14;
      if (p < 2 * m) {
        assertThat(run.moment(p)).isCloseTo(exact, within(rounding));
      } else {
        assertThat(Math.abs(run.moment(p) - exact)).isGreaterThan(10 * rounding);
      }
      double[] next = new double[N];
      operator.apply(power, next);
      power = next;
    }
  }

  @Test
  void weightsSumToOneAndNodesAscend() {
    SpectralDensity density = estimate(DenseOperator.withSpectrum(SPECTRUM), new Options(40, 3));
    assertThat(density.status()).isEqualTo(Status.CONVERGED);
    assertThat(density.products()).isEqualTo(120);
    for (Run run : density.runs()) {
      assertThat(run.nodes()).hasSize(40).isSorted();
      assertThat(run.weights()).hasSize(40).allMatch(w -> w >= 0);
      assertThat(run.moment(0)).isCloseTo(1, within(40 * 0x1p-50));
    }
  }

  @Test
  void asManyStepsAsDimensionsAreExact() {
    Run run = estimate(DenseOperator.withSpectrum(SPECTRUM), new Options(500, 1)).runs().get(0);
    double[] exact = Arrays.stream(SPECTRUM).sorted().toArray();
    assertThat(run.nodes()).hasSize(N);
    for (int i = 0; i < N; i++) {
      assertThat(run.nodes().get(i)).isCloseTo(exact[i], within(Math.sqrt(N) * 0x1p-24));
    }
  }

  @Test
  void anInvariantSubspaceEndsARunExactly() {
    double[] spectrum = new double[N];
    Arrays.fill(spectrum, 0, 30, 5.0);
    Arrays.fill(spectrum, 30, 40, -2.0);
    Lanczos first = Lanczos.fromRademacher(DenseOperator.withSpectrum(spectrum), 1, 0, NO_LIMIT);
    SpectralDensity density = SpectralDensity.estimate(first, new Options(50, 1), Progress.NONE);
    assertThat(density.products()).isEqualTo(3);
    assertThat(density.runs().get(0).nodes()).hasSize(3);
    // nodes are exact to rounding of the basis
    assertThat(density.runs().get(0).nodes().get(0)).isCloseTo(-2, within(3 * 5 * 0x1p-24));
    assertThat(density.runs().get(0).nodes().get(1)).isCloseTo(0, within(3 * 5 * 0x1p-24));
    assertThat(density.runs().get(0).nodes().get(2)).isCloseTo(5, within(3 * 5 * 0x1p-24));
    while (first.steps() < 20) {
      first.step();
    }
    assertThat(SpectralDensity.estimate(first, new Options(50, 1), Progress.NONE).runs())
        .isEqualTo(density.runs());
  }

  /** vᵀAᵖv over random v has mean (1/n)·tr Aᵖ; the runs' own spread says how far off it may be. */
  @Test
  void momentsLieWithinTheirStandardErrors() {
    SpectralDensity density = estimate(DenseOperator.withSpectrum(SPECTRUM), new Options(20, 40));
    for (int p = 1; p <= 4; p++) {
      int power = p;
      double exact = Arrays.stream(SPECTRUM).map(x -> Math.pow(x, power)).sum() / N;
      Mean moment = density.moment(p);
      assertThat(moment.standardError()).isPositive();
      assertThat(moment.value()).isCloseTo(exact, within(4 * moment.standardError()));
    }
  }

  /**
   * With t(39) the 2-standard-error interval of the second moment covers with probability 0.947;
   * over 200 seeds the count 189 has standard deviation 3.2, so that 176 to 200 is a band of four.
   */
  @Test
  void theStandardErrorOfTheSecondMomentIsHonest() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    double exact = Arrays.stream(SPECTRUM).map(x -> x * x).sum() / N;
    long covered =
        IntStream.range(0, 200)
            .mapToObj(
                seed ->
                    SpectralDensity.estimate(
                            Lanczos.fromRademacher(operator, seed, 0, NO_LIMIT),
                            new Options(2, 40),
                            Progress.NONE)
                        .moment(2))
            .filter(m -> Math.abs(m.value() - exact) <= 2 * m.standardError())
            .count();
    assertThat(covered).isBetween(176L, 200L);
  }

  @Test
  void stepsThatTheSpaceHasAlreadyDoNotChangeTheRule() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    Lanczos ahead = Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT);
    LanczosEigensolver.solve(ahead, new LanczosEigensolver.Options(2, 2, 60, 0, 0), Progress.NONE);
    assertThat(ahead.steps()).isGreaterThan(25);
    SpectralDensity shared = SpectralDensity.estimate(ahead, new Options(25, 1), Progress.NONE);
    assertThat(shared.products()).isZero();
    assertThat(shared.runs()).isEqualTo(estimate(operator, new Options(25, 1)).runs());
  }

  @Test
  void runsDoNotDependOnHowManyThereAre() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    assertThat(estimate(operator, new Options(10, 4)).runs().subList(0, 2))
        .isEqualTo(estimate(operator, new Options(10, 2)).runs());
  }

  @Test
  void aRunThatFillsItsMemoryIsCoarserAndSaysSo() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    Lanczos small = Lanczos.fromRademacher(operator, 1, 0, 8 * N * Float.BYTES);
    SpectralDensity density = SpectralDensity.estimate(small, new Options(20, 2), Progress.NONE);
    assertThat(density.status()).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(density.runs()).isEqualTo(estimate(operator, new Options(8, 2)).runs());
    assertThat(density.message()).contains("20 products", "memory");
  }

  /** Three steps would be given the weight of a whole run, and have no outliers. */
  @Test
  void aBudgetThatCutsAFurtherRunLeavesThoseBefore() {
    double[] spectrum = SPECTRUM.clone();
    spectrum[0] = 100;
    DenseOperator operator = DenseOperator.withSpectrum(spectrum);
    for (int together : new int[] {1, 2}) {
      int before = operator.products;
      SpectralDensity density =
          SpectralDensity.estimate(
              Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT),
              new Options(40, 3, together),
              new Budget(43));
      assertThat(density.status()).isEqualTo(Status.BUDGET_SPENT);
      assertThat(density.products()).isEqualTo(operator.products - before).isGreaterThan(42);
      SpectralDensity one = estimate(operator, new Options(40, 1));
      assertThat(density.runs()).isEqualTo(one.runs());
      assertThat(density.outliers()).isEqualTo(one.outliers());
      assertThat(density.outliers().top()).isEqualTo(1);
      assertThat(density.message()).contains("1 of 3 runs");
    }
    SpectralDensity first =
        SpectralDensity.estimate(
            Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT), new Options(40, 3), new Budget(3));
    assertThat(first.runs().get(0).nodes()).hasSize(3);
    assertThat(first.message()).contains("coarser");
  }

  @Test
  void ordersOneAndTwoAndScales() {
    assertThat(estimate(DenseOperator.diagonal(-3), Options.DEFAULT).runs().get(0))
        .isEqualTo(new Run(List.of(-3.0), List.of(1.0)));
    Run two = estimate(DenseOperator.withSpectrum(4, -1), Options.DEFAULT).runs().get(0);
    assertThat(two.nodes().get(0)).isCloseTo(-1, within(4 * 0x1p-23));
    assertThat(two.nodes().get(1)).isCloseTo(4, within(4 * 0x1p-23));
    for (double scale : new double[] {1e-12, 1e12}) {
      double[] scaled = Arrays.stream(SPECTRUM).map(x -> x * scale).toArray();
      Run run = estimate(DenseOperator.withSpectrum(scaled), new Options(10, 1)).runs().get(0);
      Run unit = estimate(DenseOperator.withSpectrum(SPECTRUM), new Options(10, 1)).runs().get(0);
      for (int p = 0; p <= 2; p++) {
        assertThat(run.moment(p) / Math.pow(scale, p)).isCloseTo(unit.moment(p), within(1e-6));
      }
    }
  }

  private static SpectralDensity estimate(SymmetricOperator operator, Options options) {
    return SpectralDensity.estimate(
        Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT), options, Progress.NONE);
  }
}
