package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.LanczosEigensolver.Options;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanczosEigensolverTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  static Stream<Arguments> spectra() {
    double[] bulk = new Random(1).doubles(300, -1e-3, 1e-3).toArray();
    double[] positive = new Random(2).doubles(100, 0, 1).toArray();
    return Stream.of(
        Arguments.of("outliers, bulk at zero", join(bulk, 100, 40, 39, 5, -3, -1.5)),
        Arguments.of("clusters", join(positive, 10, 10 - 1e-3, 10 - 2e-3, -4, -4 + 1e-4)),
        Arguments.of("indefinite, smallest dominates", join(positive, -1000, -10, 30)),
        Arguments.of("negative definite", Arrays.stream(positive).map(x -> -1 - x).toArray()),
        Arguments.of("rank-deficient", join(new double[150], 7, 5, 3, 2, 1)),
        Arguments.of("repeated", join(new double[20], 4, 4, 4, 4, 4, 2, 2, -1, -1, -1)),
        Arguments.of("few distinct, large multiplicities", repeat(60, 9, 7, -2, -5)),
        Arguments.of("ten distinct", repeat(24, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        Arguments.of("identity", repeat(50, 1)),
        Arguments.of("zero", new double[50]),
        Arguments.of("scale 1e-12", scaled(join(positive, 20, -8), 1e-12)),
        Arguments.of("scale 1e12", scaled(join(positive, 20, -8), 1e12)),
        Arguments.of("order 5", new double[] {3, 3, 1, 0, -2}),
        Arguments.of("order 2", new double[] {1, -5}),
        Arguments.of("order 1", new double[] {-3}),
        Arguments.of("order 1, zero", new double[] {0}));
  }

  /**
   * Values are those of the given rank within the reported residual, and the true residual of the
   * vector is within the reported one. 2⁻⁴⁰·‖A‖ is for what the dense test matrix itself is
   * rounded.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("spectra")
  void findsBothEndsWithinTheirResiduals(String name, double[] spectrum) {
    for (double tolerance : new double[] {1e-3, 0}) {
      DenseOperator operator = DenseOperator.withSpectrum(spectrum);
      double[] exact = Arrays.stream(spectrum).sorted().toArray();
      int n = exact.length;
      double slack = 0x1p-40 * Math.max(Math.abs(exact[0]), Math.abs(exact[n - 1]));
      Eigenpairs found = solve(operator, new Options(3, 2, 300, tolerance, 0));
      assertThat(found.status())
          .as(found.message())
          .isNotIn(Status.MAX_PRODUCTS, Status.OUT_OF_MEMORY);
      assertThat(found.top()).hasSize(Math.min(3, n));
      assertThat(found.bottom()).hasSize(Math.min(2, n));
      assertThat(found.products()).isEqualTo(operator.products).isLessThanOrEqualTo(n);
      for (int k = 0; k < found.top().size(); k++) {
        check(operator, found.top().get(k), exact[n - 1 - k], slack);
      }
      for (int k = 0; k < found.bottom().size(); k++) {
        check(operator, found.bottom().get(k), exact[k], slack);
      }
    }
  }

  private static void check(DenseOperator operator, Eigenpair pair, double exact, double slack) {
    assertThat(pair.converged()).isTrue();
    assertThat(pair.value()).isCloseTo(exact, within(pair.residual() + slack));
    double[] v = pair.vector().get();
    assertThat(Vectors.norm(v)).isCloseTo(1, within(1e-14));
    assertThat(operator.residual(pair.value(), v)).isLessThanOrEqualTo(pair.residual() + slack);
  }

  @Test
  void meetsTheToleranceWhereRoundingPermits() {
    double[] spectrum = join(new Random(1).doubles(500, -1, 1).toArray(), 50, 45, -30);
    Eigenpairs found = solve(DenseOperator.withSpectrum(spectrum), new Options(2, 1, 100, 1e-5, 0));
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    assertThat(found.top().get(0).residual()).isLessThan(1e-5 * 50);
    assertThat(found.top().get(1).residual()).isLessThan(1e-5 * 45);
    assertThat(found.bottom().get(0).residual()).isLessThan(1e-5 * 30);
    assertThat(found.products()).isLessThan(40);
  }

  /**
   * The start vector has 1/2000 of its weight on the outlier, so that the first Ritz value, 1, has
   * a residual of only 0.02/√2000 = 4e-4 though it is 2 % off.
   */
  @Test
  void aHiddenOutlierIsNotMissed() {
    SymmetricOperator operator = diagonal(i -> i == 7 ? 1.02 : 1 + 1e-4 * Math.sin(i), 2000);
    Eigenpairs found = solve(operator, Options.DEFAULT);
    assertThat(found.top().get(0).value()).isCloseTo(1.02, within(1e-3 * 1.02));
  }

  private static SymmetricOperator diagonal(IntToDoubleFunction entry, int n) {
    return new SymmetricOperator() {
      @Override
      public int dimension() {
        return n;
      }

      @Override
      public void apply(double[] x, double[] y) {
        Arrays.setAll(y, i -> entry.applyAsDouble(i) * x[i]);
      }
    };
  }

  /** More than one chunk of coordinates, so that partial sums are combined. */
  @Test
  void aLargerOrder() {
    int n = 20_001;
    SymmetricOperator operator = diagonal(i -> i < 4 ? 10 - i : i / (double) n, n);
    Eigenpairs found = solve(operator, new Options(4, 0, 100, 1e-4, 0));
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    for (int k = 0; k < 4; k++) {
      Eigenpair pair = found.top().get(k);
      assertThat(pair.value()).isCloseTo(10 - k, within(pair.residual()));
      // a vector at distance of at most residual/gap from a coordinate vector, with gap 1
      assertThat(Math.abs(pair.vector().get()[k])).isCloseTo(1, within(pair.residual()));
    }
  }

  /** The distance to the next eigenvalue is unknown then, so that the residual is all there is. */
  @Test
  void aSpaceOfOneStepBoundsAnErrorByItsResidual() {
    for (Criterion criterion : Criterion.values()) {
      Eigenpair pair =
          solve(
                  DenseOperator.withSpectrum(join(new double[200], 500, 3)),
                  new Options(1, 0, 1, 1e-3, criterion, 0))
              .top()
              .get(0);
      assertThat(pair.bound()).isEqualTo(pair.residual());
      assertThat(pair.value()).isCloseTo(500, within(500.0)).isNotCloseTo(500, within(250.0));
      assertThat(pair.converged()).isFalse();
    }
    Eigenpair exact =
        solve(DenseOperator.diagonal(3, 3), new Options(1, 0, 1, 1e-3, 0)).top().get(0);
    assertThat(exact.bound()).isLessThan(1e-6);
    assertThat(exact.converged()).isTrue();
  }

  @Test
  void boundsAreAtMostResidualsFromTheFirstStepOn() {
    double[] spectrum = join(new Random(1).doubles(100, -1, 1).toArray(), 9, 8.9, -5);
    Lanczos lanczos = Lanczos.fromGaussian(DenseOperator.withSpectrum(spectrum), 1, NO_LIMIT);
    for (int m = 1; m < 30; m++) {
      Options options = new Options(1, 1, m, 0, 0);
      Eigenpairs found = LanczosEigensolver.solve(lanczos, options, Progress.NONE);
      for (Eigenpair pair : Stream.concat(found.top().stream(), found.bottom().stream()).toList()) {
        assertThat(pair.bound()).isLessThanOrEqualTo(pair.residual());
        double nearest =
            Arrays.stream(spectrum).map(x -> Math.abs(x - pair.value())).min().getAsDouble();
        assertThat(nearest).isLessThanOrEqualTo(pair.residual());
      }
    }
  }

  /** The norm is that of the matrix, not of the pairs that are asked for. */
  @Test
  void theNormIsOfAllRitzValues() {
    double[] spectrum = join(new Random(1).doubles(200, -4.9, 4.9).toArray(), 2500, -5);
    Options options = new Options(0, 1, 100, 1e-3, Criterion.NORM, 0);
    Eigenpairs found = solve(DenseOperator.withSpectrum(spectrum), options);
    assertThat(found.status()).as(found.message()).isEqualTo(Status.CONVERGED);
    assertThat(found.bottom().get(0).residual()).isBetween(5e-3, 2.5);
  }

  @Test
  void theLargestInMagnitudeComeFromBothEnds() {
    double[] spectrum = join(new Random(1).doubles(300, -1, 1).toArray(), 30, 20, -40, -25, 5);
    double[] descending = {-40, 30, -25, 20, 5};
    for (int k = 1; k <= 5; k++) {
      DenseOperator operator = DenseOperator.withSpectrum(spectrum);
      Eigenpairs found = solve(operator, byMagnitude(k));
      assertThat(found.status()).isEqualTo(Status.CONVERGED);
      assertThat(found.order()).isEqualTo(Eigenpairs.Order.MAGNITUDE);
      assertThat(found.bottom()).isEmpty();
      assertThat(found.top()).hasSize(k);
      for (int i = 0; i < k; i++) {
        check(operator, found.top().get(i), descending[i], 1e-9);
      }
    }
    Eigenpairs all = solve(DenseOperator.withSpectrum(2, -3), byMagnitude(5));
    assertThat(all.status()).isEqualTo(Status.DIMENSION_EXHAUSTED);
    assertThat(all.top()).extracting(p -> Math.round(p.value())).containsExactly(-3L, 2L);
  }

  /** 30 converges at once, and the end of a continuum, which is larger, does long after it. */
  @Test
  void theOtherEndIsWaitedForUntilItCannotBeLarger() {
    double[] continuum = IntStream.range(0, 300).mapToDouble(i -> -30.05 + 0.1 * i).toArray();
    double[] spectrum = join(continuum, 30);
    Eigenpairs alone = solve(DenseOperator.withSpectrum(spectrum), new Options(1, 0, 300, 1e-3, 0));
    assertThat(alone.products()).isLessThan(12);
    Eigenpairs found = solve(DenseOperator.withSpectrum(spectrum), byMagnitude(1));
    assertThat(found.top().get(0).value()).isCloseTo(-30.05, within(0.03));
    Eigenpairs block =
        BlockLanczos.solve(
            DenseOperator.withSpectrum(spectrum),
            List.of(),
            new BlockLanczos.Options(
                new Wanted.Magnitude(1), 1, 300, 300, 1e-3, Criterion.RESIDUAL, 0),
            1,
            Progress.NONE);
    assertThat(block.top().get(0).value()).isCloseTo(-30.05, within(0.03));
  }

  private static Options byMagnitude(int count) {
    return new Options(new Wanted.Magnitude(count), 300, 1e-3, Criterion.RESIDUAL, 0);
  }

  @Test
  void moreThanTheMatrixHas() {
    Eigenpairs found = solve(DenseOperator.withSpectrum(2, -1), new Options(5, 0, 100, 1e-3, 0));
    assertThat(found.status()).isEqualTo(Status.DIMENSION_EXHAUSTED);
    assertThat(found.top()).hasSize(2);
    assertThat(found.message()).contains("order 2");
  }

  @Test
  void stopsAtTheProductsAllowed() {
    double[] even = IntStream.range(0, 400).mapToDouble(i -> i / 400.0).toArray();
    Eigenpairs found = solve(DenseOperator.withSpectrum(even), new Options(3, 0, 20, 1e-6, 0));
    assertThat(found.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(found.products()).isEqualTo(20);
    assertThat(found.top()).hasSize(3).noneMatch(Eigenpair::converged);
    assertThat(found.message()).startsWith("0 of 3 eigenpairs converged").contains("allow more");
  }

  @Test
  void stopsAtTheMemoryAllowed() {
    double[] even = IntStream.range(0, 400).mapToDouble(i -> i / 400.0).toArray();
    Lanczos lanczos =
        Lanczos.fromGaussian(DenseOperator.withSpectrum(even), 1, 15 * 400 * Float.BYTES);
    Eigenpairs found =
        LanczosEigensolver.solve(lanczos, new Options(1, 1, 100, 1e-9, 0), Progress.NONE);
    assertThat(found.status()).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(found.products()).isEqualTo(15);
    assertThat(found.top()).hasSize(1);
    Eigenpairs nothing =
        LanczosEigensolver.solve(
            Lanczos.fromGaussian(DenseOperator.diagonal(1, 2), 1, 7),
            Options.DEFAULT,
            Progress.NONE);
    assertThat(nothing.status()).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(nothing.top()).isEmpty();
  }

  @Test
  void fewerProductsThanPairsNeverCountsAValueTwice() {
    Eigenpairs found =
        solve(DenseOperator.withSpectrum(1, 2, 3, 4, 5, 6), new Options(2, 2, 3, 1e-3, 0));
    assertThat(found.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(found.top()).hasSize(2);
    assertThat(found.bottom()).hasSize(1);
  }

  @Test
  void stepsThatTheSpaceHasAlreadyCostNothing() {
    double[] spectrum = join(new Random(1).doubles(200, -1, 1).toArray(), 9, -5);
    DenseOperator operator = DenseOperator.withSpectrum(spectrum);
    Lanczos lanczos = Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT);
    SpectralDensity.estimate(lanczos, new SpectralDensity.Options(30, 1), Progress.NONE);
    Options options = new Options(1, 1, 100, 1e-3, 0);
    assertThat(LanczosEigensolver.solve(lanczos, options, Progress.NONE).products()).isZero();
    Options more = new Options(4, 4, 100, 1e-3, 0);
    Eigenpairs found = LanczosEigensolver.solve(lanczos, more, Progress.NONE);
    assertThat(found.products()).isPositive().isEqualTo(operator.products - 30);
  }

  /**
   * Products in float32: n = 300 terms of |aᵢⱼxⱼ| summed in float err by about √300·2⁻²⁴ = 1e-6 of
   * ‖A‖. The residual reported never claims more than that, and bounds the true one.
   */
  @Test
  void neverReportsAResidualBelowTheNoiseOfTheOperator() {
    double[] spectrum = join(new Random(1).doubles(297, -1, 1).toArray(), 50, 45, -30);
    DenseOperator exact = DenseOperator.withSpectrum(spectrum);
    SymmetricOperator rounded = new FloatOperator(exact);
    Lanczos lanczos = Lanczos.fromGaussian(rounded, 1, NO_LIMIT);
    Eigenpairs found =
        LanczosEigensolver.solve(lanczos, new Options(2, 1, 200, 0, 1e-6), Progress.NONE);
    assertThat(found.status()).isEqualTo(Status.ROUNDING_LIMITED);
    assertThat(found.message()).contains("rounding");
    assertThat(found.products()).isLessThan(60);
    for (Eigenpair pair : Stream.concat(found.top().stream(), found.bottom().stream()).toList()) {
      assertThat(pair.residual()).isBetween(50e-6, 500e-6);
      assertThat(exact.residual(pair.value(), pair.vector().get())).isLessThan(pair.residual());
    }
  }

  private record FloatOperator(DenseOperator exact) implements SymmetricOperator {
    @Override
    public int dimension() {
      return exact.dimension();
    }

    @Override
    public void apply(double[] x, double[] y) {
      for (int i = 0; i < y.length; i++) {
        float sum = 0;
        for (int j = 0; j < x.length; j++) {
          sum += (float) exact.a[i][j] * (float) x[j];
        }
        y[i] = sum;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everySeedFindsTheLargestOfAWideBulk(long seed) {
    double[] even = IntStream.rangeClosed(1, 300).mapToDouble(i -> i / 300.0).toArray();
    Eigenpairs found =
        LanczosEigensolver.solve(
            Lanczos.fromGaussian(DenseOperator.withSpectrum(even), seed, NO_LIMIT),
            new Options(1, 0, 100, 1e-3, 0),
            Progress.NONE);
    assertThat(found.top().get(0).value()).isCloseTo(1, within(found.top().get(0).residual()));
  }

  @Test
  void progressHearsEveryProductAndCanCancel() {
    DenseOperator operator = DenseOperator.withSpectrum(new Random(1).doubles(80, 0, 1).toArray());
    Progress stopsAtFive =
        (phase, done, limit, estimate, error) -> {
          assertThat(phase).isEqualTo("eigenvalues");
          assertThat(done).isEqualTo(operator.products);
          if (done == 5) {
            throw new CancellationException();
          }
        };
    Lanczos lanczos = Lanczos.fromGaussian(operator, 1, NO_LIMIT);
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> LanczosEigensolver.solve(lanczos, Options.DEFAULT, stopsAtFive));
    assertThat(operator.products).isEqualTo(5);
    assertThat(LanczosEigensolver.solve(lanczos, Options.DEFAULT, Progress.NONE).status())
        .isEqualTo(Status.CONVERGED);
  }

  @Test
  void refusesOptionsThatMeanNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(0, 0, 100, 1e-3, 0))
        .withMessageContaining("got 0 and 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(1, 0, 0, 1e-3, 0))
        .withMessage("expected maxProducts of at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(1, 0, 10, Double.NaN, 0))
        .withMessage("expected 0 <= tolerance < 1, got NaN");
  }

  private static Eigenpairs solve(SymmetricOperator operator, Options options) {
    return LanczosEigensolver.solve(
        Lanczos.fromGaussian(operator, 1, NO_LIMIT), options, Progress.NONE);
  }

  private static double[] join(double[] bulk, double... outliers) {
    return DoubleStream.concat(Arrays.stream(bulk), Arrays.stream(outliers)).toArray();
  }

  private static double[] repeat(int times, double... values) {
    return Arrays.stream(values)
        .flatMap(v -> DoubleStream.generate(() -> v).limit(times))
        .toArray();
  }

  private static double[] scaled(double[] values, double scale) {
    return Arrays.stream(values).map(x -> x * scale).toArray();
  }
}
