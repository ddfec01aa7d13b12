package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.BlockLanczos.Options;
import dev.hesse.hessian.linalg.Wanted.Ends;
import dev.hesse.hessian.linalg.Wanted.Magnitude;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockLanczosTest {
  /** Outliers over a bulk at zero, and a smallest eigenvalue that is the largest in magnitude. */
  private static final double[] SPECTRUM =
      IntStream.range(0, 150)
          .mapToDouble(
              i ->
                  switch (i) {
                    case 0 -> -40;
                    case 1 -> 30;
                    case 2 -> 20;
                    case 3 -> 19.5;
                    case 4 -> -12;
                    default -> Math.sin(i);
                  })
          .toArray();

  private static Options options(Wanted wanted, int block, int mostVectors) {
    return new Options(wanted, block, 2000, mostVectors, 1e-4, Criterion.RESIDUAL, 0);
  }

  private static List<Eigenpair> solve(DenseOperator operator, Options options) {
    Eigenpairs found = BlockLanczos.solve(operator, List.of(), options, 1, Progress.NONE);
    assertThat(found.products()).isEqualTo(operator.products);
    assertThat(found.status().converged()).as(found.message()).isTrue();
    return Stream.concat(found.top().stream(), found.bottom().stream()).toList();
  }

  private static double[] expected(double[] spectrum, Wanted wanted) {
    Comparator<Double> order =
        wanted instanceof Magnitude
            ? Comparator.comparingDouble(x -> -Math.abs(x))
            : Comparator.reverseOrder();
    double[] sorted = Arrays.stream(spectrum).boxed().sorted(order).mapToDouble(x -> x).toArray();
    if (wanted instanceof Ends ends) {
      int n = sorted.length;
      return IntStream.concat(
              IntStream.range(0, ends.top()), IntStream.range(0, ends.bottom()).map(i -> n - 1 - i))
          .mapToDouble(i -> sorted[i])
          .toArray();
    }
    return Arrays.copyOf(sorted, wanted.count());
  }

  private static void assertPairs(
      DenseOperator operator, double[] spectrum, Options options, double scale) {
    List<Eigenpair> pairs = solve(operator, options);
    double[] expected = expected(spectrum, options.wanted());
    assertThat(pairs).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      Eigenpair pair = pairs.get(i);
      assertThat(pair.value()).isCloseTo(expected[i], within(pair.bound() + 1e-6 * scale));
      assertThat(operator.residual(pair.value(), pair.vector().get()))
          .isLessThanOrEqualTo(pair.residual() + 1e-6 * scale);
    }
  }

  static Stream<Wanted> ends() {
    return Stream.of(new Ends(3, 0), new Ends(0, 2), new Ends(2, 2), new Magnitude(3));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void pairsAtEachEnd(Wanted wanted) {
    for (int block : new int[] {1, 2, 5}) {
      for (int mostVectors : new int[] {20, 60, 150}) {
        assertPairs(
            DenseOperator.withSpectrum(SPECTRUM),
            SPECTRUM,
            options(wanted, block, mostVectors),
            40);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 1e12})
  void scales(double scale) {
    double[] spectrum = Arrays.stream(SPECTRUM).map(x -> scale * x).toArray();
    assertPairs(
        DenseOperator.withSpectrum(spectrum), spectrum, options(new Ends(3, 0), 2, 30), 40 * scale);
  }

  @Test
  void aBlockFindsAsManyCopies() {
    double[] spectrum = SPECTRUM.clone();
    Arrays.fill(spectrum, 5, 8, 25);
    assertPairs(DenseOperator.withSpectrum(spectrum), spectrum, options(new Ends(5, 0), 3, 40), 40);
  }

  /** Restarts cost products, but not many where half of the room is kept. */
  @Test
  void theMemoryIsBoundedAndCostsFewProducts() {
    DenseOperator whole = DenseOperator.withSpectrum(SPECTRUM);
    solve(whole, options(new Ends(3, 0), 1, 150));
    DenseOperator bounded = DenseOperator.withSpectrum(SPECTRUM);
    solve(bounded, options(new Ends(3, 0), 1, 16));
    assertThat(bounded.products).isLessThan(3 * whole.products);
  }

  @Test
  void givenVectorsSaveProducts() {
    DenseOperator before = DenseOperator.withSpectrum(SPECTRUM);
    List<double[]> vectors =
        solve(before, options(new Ends(3, 0), 1, 60)).stream().map(p -> p.vector().get()).toList();
    double[] moved = Arrays.stream(SPECTRUM).map(x -> x * 1.01 + 0.01 * Math.cos(x)).toArray();
    DenseOperator cold = DenseOperator.withSpectrum(moved);
    solve(cold, options(new Ends(3, 0), 3, 60));
    DenseOperator warm = DenseOperator.withSpectrum(moved);
    Eigenpairs found =
        BlockLanczos.solve(warm, vectors, options(new Ends(3, 0), 3, 60), 1, Progress.NONE);
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    assertThat(warm.products).isLessThan(cold.products / 2);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 1, 2", "2, 5, 1", "5, 9, 2", "7, 3, 3"})
  void smallOrders(int n, int count, int block) {
    double[] spectrum = IntStream.range(0, n).mapToDouble(i -> i - 1.5).toArray();
    DenseOperator operator = DenseOperator.withSpectrum(spectrum);
    Eigenpairs found =
        BlockLanczos.solve(
            operator,
            List.of(),
            options(new Ends(count, 0), block, count + 2 * block + 1),
            1,
            Progress.NONE);
    assertThat(found.top()).hasSize(Math.min(n, count));
    for (int i = 0; i < found.top().size(); i++) {
      assertThat(found.top().get(i).value()).isCloseTo(n - 2.5 - i, within(1e-5));
    }
    assertThat(found.status()).isEqualTo(count > n ? Status.DIMENSION_EXHAUSTED : Status.CONVERGED);
  }

  @Test
  void zeroAndRankDeficientMatrices() {
    double[] deficient = new double[80];
    deficient[3] = 2;
    assertPairs(
        DenseOperator.withSpectrum(deficient), deficient, options(new Magnitude(1), 1, 20), 2);
    Eigenpairs zero =
        BlockLanczos.solve(
            DenseOperator.diagonal(new double[40]),
            List.of(),
            options(new Ends(2, 0), 1, 20),
            1,
            Progress.NONE);
    assertThat(zero.top()).allSatisfy(p -> assertThat(p.value()).isZero());
  }

  @Test
  void theEigenvalueAloneTakesFewerProducts() {
    int[] products =
        Stream.of(Criterion.RESIDUAL, Criterion.EIGENVALUE)
            .mapToInt(
                criterion -> {
                  DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
                  Options options = new Options(new Ends(1, 0), 1, 500, 60, 1e-6, criterion, 0);
                  Eigenpair pair = solve(operator, options).get(0);
                  assertThat(pair.value()).isCloseTo(30, within(30e-6));
                  return operator.products;
                })
            .toArray();
    assertThat(products[1]).isLessThan(products[0]);
  }

  @Test
  void aSpaceOfOneStepBoundsAnErrorByItsResidual() {
    Options options = new Options(new Ends(1, 0), 1, 1, 10, 1e-3, Criterion.EIGENVALUE, 0);
    Eigenpair pair =
        BlockLanczos.solve(
                DenseOperator.withSpectrum(SPECTRUM), List.of(), options, 1, Progress.NONE)
            .top()
            .get(0);
    assertThat(pair.bound()).isEqualTo(pair.residual());
    assertThat(pair.converged()).isFalse();
  }

  @Test
  void stopsAtTheMostProductsAndSaysSo() {
    Options options = new Options(new Ends(6, 0), 1, 12, 40, 1e-9, Criterion.RESIDUAL, 0);
    Eigenpairs found =
        BlockLanczos.solve(
            DenseOperator.withSpectrum(SPECTRUM), List.of(), options, 1, Progress.NONE);
    assertThat(found.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(found.products()).isEqualTo(12);
    assertThat(found.message()).contains("the most allowed");
  }

  @Test
  void errors() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options(new Ends(4, 0), 2, 8))
        .withMessage("expected mostVectors of at least 9, got 8");
    assertThatExceptionOfType(NumericalException.class)
        .isThrownBy(
            () ->
                BlockLanczos.solve(
                    DenseOperator.diagonal(1, Double.NaN, 2),
                    List.of(),
                    options(new Ends(1, 0), 1, 5),
                    1,
                    Progress.NONE));
  }

  /** A space that filled its memory finds the pairs that a larger one would. */
  @Test
  void aFullSpaceGoesOn() {
    DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);
    Lanczos lanczos = Lanczos.fromGaussian(operator, 1, 10L * 150 * Float.BYTES);
    LanczosEigensolver.Options asked = new LanczosEigensolver.Options(3, 1, 500, 1e-4, 0);
    assertThat(LanczosEigensolver.solve(lanczos, asked, Progress.NONE).status())
        .isEqualTo(Status.OUT_OF_MEMORY);
    Options options = options(new Ends(3, 1), 1, 12);
    Eigenpairs found = BlockLanczos.goOn(lanczos, options, Progress.NONE);
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    assertThat(found.products()).isEqualTo(operator.products - 10);
    assertThat(found.top())
        .extracting(p -> Math.round(10 * p.value()))
        .containsExactly(300L, 200L, 195L);
    assertThat(found.bottom().get(0).value()).isCloseTo(-40, within(1e-4));
  }
}
