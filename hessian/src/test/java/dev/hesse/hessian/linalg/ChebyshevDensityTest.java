package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.ChebyshevDensity.Interval;
import dev.hesse.hessian.linalg.ChebyshevDensity.Options;
import dev.hesse.hessian.linalg.SpectralDensity.Run;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChebyshevDensityTest {
  private static final int N = 120;

  /** A bulk, a gap, and 20 eigenvalues around 5 and at −3. */
  private static final double[] SPECTRUM =
      IntStream.range(0, N)
          .mapToDouble(i -> i < 20 ? 5 + 0.01 * i : i < 40 ? -3 : Math.sin(i))
          .toArray();

  private static final DenseOperator OPERATOR = DenseOperator.withSpectrum(SPECTRUM);

  private static SpectralDensity estimate(SymmetricOperator operator, Options options, long seed) {
    return ChebyshevDensity.estimate(operator, options, seed, Progress.NONE);
  }

  private static double[] scaled(double factor) {
    return Arrays.stream(SPECTRUM).map(x -> factor * x).toArray();
  }

  /** cos(j·arccos λ) for unit probes of a diagonal matrix, whose moments are then exact. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 50, 51})
  void momentsAreThoseOfChebyshevPolynomials(int count) {
    DenseOperator diagonal = DenseOperator.diagonal(SPECTRUM);
    CountedProducts products = new CountedProducts(diagonal);
    double[][] z = {new Probes(1).rademacher(0, N), new Probes(1).rademacher(1, N)};
    Interval interval = new Interval(1, 4.5);
    ChebyshevMoments moments = new ChebyshevMoments(products, interval, count, z);
    while (moments.step()) {
      assertThat(products.count()).isLessThan(count);
    }
    assertThat(products.count()).isEqualTo(2 * (count / 2));
    for (int j = 0; j < count; j++) {
      int degree = j;
      double exact =
          Arrays.stream(SPECTRUM)
              .map(x -> Math.cos(degree * Math.acos((x - 1) / 4.5)))
              .average()
              .getAsDouble();
      // j steps of a recurrence that grows roundings j-fold at most
      assertThat(moments.values()[0][j]).isCloseTo(exact, within(1e-15 * (1 + j * j)));
      assertThat(moments.values()[1][j]).isCloseTo(exact, within(1e-15 * (1 + j * j)));
    }
  }

  /** Σₖ wₖ·Tⱼ(xₖ) = gⱼ·μⱼ, and a point stays positive and becomes a peak of width π/M. */
  @Test
  void theKernelKeepsMomentsAndSigns() {
    int m = 64;
    for (double x : new double[] {-1, -0.5, 0, 0.3, 0.99}) {
      double[] mu = IntStream.range(0, m).mapToDouble(j -> Math.cos(j * Math.acos(x))).toArray();
      double[] weights = JacksonKernel.weights(mu);
      assertThat(weights).hasSize(2 * m);
      assertThat(Arrays.stream(weights).min().getAsDouble()).isGreaterThan(-1e-15);
      for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int k = 0; k < 2 * m; k++) {
          sum += weights[k] * Math.cos(j * Math.acos(JacksonKernel.point(k, 2 * m)));
        }
        assertThat(sum).isCloseTo(JacksonKernel.factor(j, m) * mu[j], within(1e-13));
      }
      double variance = 0;
      for (int k = 0; k < 2 * m; k++) {
        variance += weights[k] * Math.pow(JacksonKernel.point(k, 2 * m) - x, 2);
      }
      // π/M at 0, and less elsewhere (Weisse and others, equation 75)
      assertThat(Math.sqrt(variance)).isLessThan(1.01 * Math.PI / m);
    }
  }

  @Test
  void integralsAreThoseOfTheSpectrum() {
    SpectralDensity density = estimate(OPERATOR, new Options(400, 10), 1);
    assertThat(density.status()).isEqualTo(Status.CONVERGED);
    assertThat(density.runs()).hasSize(10);
    // 5.2 − (−3), and a hundredth at each end, over 400 moments
    double resolution = 4.2 * Math.PI / 400;
    for (double[] ends :
        new double[][] {{-3.3, -2.7, 20}, {4.7, 5.5, 20}, {-1.2, 1.2, 80}, {-2, 6, 100}}) {
      assertThat(ends[1] - ends[0]).isGreaterThan(10 * resolution);
      double[] counts =
          density.runs().stream().mapToDouble(run -> N * weight(run, ends[0], ends[1])).toArray();
      Mean count = Mean.of(counts);
      assertThat(count.standardError()).isLessThan(3);
      assertThat(count.value()).isCloseTo(ends[2], within(4 * count.standardError() + 0.05));
    }
    double distance =
        density.runs().stream()
            .mapToDouble(run -> Wasserstein.distance(run, SPECTRUM))
            .average()
            .getAsDouble();
    // the clusters' shares of 1/6, 4 and 3 away from the bulk, vary by about 0.04 a run
    assertThat(distance).isLessThan(0.3);
  }

  private static double weight(Run run, double low, double high) {
    double sum = 0;
    for (int j = 0; j < run.nodes().size(); j++) {
      double x = run.nodes().get(j);
      sum += x > low && x < high ? run.weights().get(j) : 0;
    }
    return sum;
  }

  /** A diagonal matrix has no variance over signs: only the kernel's width is left. */
  @Test
  void sumsOfADiagonalMatrixAreThoseOfItsEntries() {
    SpectralDensity density = estimate(DenseOperator.diagonal(SPECTRUM), new Options(1000, 1), 3);
    double width = 4.2 * Math.PI / 1000;
    assertThat(Wasserstein.distance(density.runs().get(0), SPECTRUM)).isLessThan(width);
    assertThat(density.sum(x -> x).value())
        .isCloseTo(Arrays.stream(SPECTRUM).sum(), within(1e-4 * N));
    double squares = Arrays.stream(SPECTRUM).map(x -> x * x).sum();
    assertThat(density.sum(x -> x * x).value() - squares).isBetween(0.0, N * width * width);
  }

  @Test
  void aRunIsAProbabilityOnAscendingNodes() {
    SpectralDensity density = estimate(OPERATOR.withPreferredBlock(2), new Options(101, 3), 1);
    // 30 Lanczos steps, unless they were complete before
    assertThat(density.products()).isEqualTo(30 + 3 * 50);
    for (Run run : density.runs()) {
      assertThat(run.nodes()).hasSize(202).isSorted();
      assertThat(run.weights()).allMatch(w -> w >= 0);
      assertThat(run.moment(0)).isCloseTo(1, within(1e-13));
    }
    List<Run> alone = estimate(OPERATOR, new Options(101, 3), 1).runs();
    for (int r = 0; r < 3; r++) {
      for (int j = 0; j < 202; j++) {
        assertThat(density.runs().get(r).weights().get(j))
            .isCloseTo(alone.get(r).weights().get(j), within(1e-12));
      }
    }
  }

  @Test
  void scalesAndShiftsDoNotMatter() {
    SpectralDensity unit = estimate(OPERATOR, new Options(100, 2), 1);
    for (double scale : new double[] {1e-12, -1, 1e12}) {
      SpectralDensity density =
          estimate(DenseOperator.withSpectrum(scaled(scale)), new Options(100, 2), 1);
      assertThat(density.moment(1).value() / scale).isCloseTo(unit.moment(1).value(), within(1e-4));
      assertThat(density.moment(2).value() / (scale * scale))
          .isCloseTo(unit.moment(2).value(), within(1e-3));
    }
  }

  @Test
  void multiplesOfTheIdentity() {
    double[] same = new double[N];
    for (double value : new double[] {0, 3, -1e-12, 1e12}) {
      Arrays.fill(same, value);
      SpectralDensity density = estimate(DenseOperator.diagonal(same), new Options(50, 2), 1);
      assertThat(density.runs()).hasSize(2);
      assertThat(density.runs().get(0).nodes()).hasSize(1);
      // the basis is rounded to float, its norm with it
      assertThat(density.runs().get(0).nodes().get(0))
          .isCloseTo(value, within(Math.abs(value) * 0x1p-23));
      assertThat(density.products()).isEqualTo(1);
    }
    SpectralDensity one = estimate(DenseOperator.diagonal(-4), Options.DEFAULT, 1);
    assertThat(one.runs().get(0).nodes().get(0)).isCloseTo(-4, within(1e-6));
    SpectralDensity two = estimate(DenseOperator.diagonal(1, 2), new Options(500, 1), 1);
    assertThat(weight(two.runs().get(0), 1.5, 3)).isCloseTo(0.5, within(1e-6));
    SpectralDensity near = estimate(DenseOperator.diagonal(1, 1 + 1e-5, 1), new Options(50, 1), 1);
    assertThat(near.runs().get(0).moment(1)).isCloseTo(1, within(1e-3));
  }

  /** The Lanczos start vector has no part along an eigenvector beyond the others. */
  @Test
  void anEigenvalueOutsideTheIntervalWidensIt() {
    double[] start = new Probes(1).gaussian(0, N);
    double[] hidden = new Probes(2).gaussian(0, N);
    Vectors.addScaled(hidden, -Vectors.dot(hidden, start) / Vectors.dot(start, start), start);
    Vectors.scale(hidden, 1 / Vectors.norm(hidden));
    double[] bulk = IntStream.range(0, N).mapToDouble(Math::sin).toArray();
    double[][] a = new double[N][N];
    double[] ph = new double[N];
    DenseOperator.withSpectrum(bulk).apply(hidden, ph);
    DenseOperator dense = DenseOperator.withSpectrum(bulk);
    double hph = Vectors.dot(hidden, ph);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        a[i][j] =
            dense.a[i][j]
                - hidden[i] * ph[j]
                - ph[i] * hidden[j]
                + (hph + 1.1) * hidden[i] * hidden[j];
      }
    }
    DenseOperator operator = new DenseOperator(a, 4);
    SpectralDensity density = estimate(operator, new Options(200, 8), 1);
    assertThat(density.message()).contains("which was made 1.25 times as long");
    assertThat(density.products()).isEqualTo(operator.products).isGreaterThan(30 + 800);
    double outside =
        N * density.runs().stream().mapToDouble(r -> weight(r, 1.05, 1.2)).average().getAsDouble();
    // the mean of eight χ²₁ variables, of standard deviation ½
    assertThat(outside).isBetween(0.2, 3.0);
  }

  @Test
  void aBudgetLeavesFewerMoments() {
    SpectralDensity density =
        ChebyshevDensity.estimate(OPERATOR, new Options(400, 3), 1, new Budget(50));
    assertThat(density.status()).isEqualTo(Status.BUDGET_SPENT);
    assertThat(density.products()).isEqualTo(30 + 50);
    assertThat(density.runs()).isEqualTo(estimate(OPERATOR, new Options(101, 1), 1).runs());
    SpectralDensity none = ChebyshevDensity.estimate(OPERATOR, new Options(9, 3), 1, new Budget(0));
    assertThat(none.runs()).hasSize(1);
    assertThat(none.runs().get(0).moment(0)).isCloseTo(1, within(1e-13));
  }

  @Test
  void aBudgetThatCutsAFurtherProbeLeavesThoseBefore() {
    SpectralDensity density =
        ChebyshevDensity.estimate(OPERATOR, new Options(101, 3), 1, new Budget(60));
    assertThat(density.status()).isEqualTo(Status.BUDGET_SPENT);
    assertThat(density.products()).isEqualTo(30 + 60);
    assertThat(density.runs()).isEqualTo(estimate(OPERATOR, new Options(101, 1), 1).runs());
  }

  /** The error of a sum that no polynomial gives covers the kernel's width. */
  @Test
  void halfTheMomentsMakeTheCoarseDensity() {
    DenseOperator diagonal = DenseOperator.diagonal(SPECTRUM);
    SpectralDensity density = estimate(diagonal, new Options(60, 1), 1);
    assertThat(density.coarse()).isNotNull();
    assertThat(density.coarse().runs()).isEqualTo(estimate(diagonal, new Options(30, 1), 1).runs());
    Mean sum = density.sum(x -> Math.log1p(x * x));
    double exact = Arrays.stream(SPECTRUM).map(x -> Math.log1p(x * x)).sum();
    assertThat(sum.value()).isCloseTo(exact, within(sum.standardError()));
  }

  @Test
  void memoryDoesNotGrowWithTheMoments() {
    Set<Integer> few = arrays(20);
    Set<Integer> many = arrays(400);
    assertThat(few).hasSize(3);
    assertThat(many).hasSize(3);
  }

  /** The different arrays that products are made of and written to after the bounds are known. */
  private static Set<Integer> arrays(int moments) {
    Set<Integer> seen = new HashSet<>();
    DenseOperator operator =
        new DenseOperator(OPERATOR.a, 1) {
          @Override
          public void apply(double[] x, double[] y) {
            super.apply(x, y);
            if (products > 30) {
              seen.add(System.identityHashCode(x));
              seen.add(System.identityHashCode(y));
            }
          }
        };
    estimate(operator, new Options(moments, 1), 1);
    return seen;
  }

  @Test
  void errors() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(1, 1))
        .withMessage("expected moments of at least 2, got 1");
    assertThatIllegalArgumentException().isThrownBy(() -> new Options(10, 0));
    assertThatExceptionOfType(NumericalException.class)
        .isThrownBy(() -> estimate(DenseOperator.diagonal(1, Double.NaN), Options.DEFAULT, 1));
    double[][] rotation = new double[40][40];
    for (int i = 0; i < 40; i++) {
      rotation[i][(i + 1) % 40] = 1;
    }
    DenseOperator skew = new DenseOperator(rotation, 1);
    for (int i = 0; i < 40; i++) {
      rotation[i][(i + 39) % 40] = -1;
    }
    assertThatExceptionOfType(NumericalException.class)
        .isThrownBy(() -> estimate(skew, new Options(500, 1), 1))
        .withMessageContaining("not symmetric");
  }
}
