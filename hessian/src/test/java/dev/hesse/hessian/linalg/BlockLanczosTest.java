package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.BlockLanczos.End;
import dev.hesse.hessian.linalg.BlockLanczos.Options;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
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

  private static Options options(End end, int count, int block, int mostVectors) {
    return new Options(end, count, block, 2000, mostVectors, 1e-4, Criterion.RESIDUAL, 0);
  }

  private static List<Eigenpair> solve(DenseOperator operator, Options options) {
    Eigenpairs found = BlockLanczos.solve(operator, List.of(), options, 1, Progress.NONE);
    assertThat(found.products()).isEqualTo(operator.products);
    assertThat(found.status().converged()).as(found.message()).isTrue();
    return options.end() == End.SMALLEST ? found.bottom() : found.top();
  }

  private static double[] expected(double[] spectrum, End end, int count) {
    Comparator<Double> order =
        switch (end) {
          case LARGEST -> Comparator.reverseOrder();
          case SMALLEST -> Comparator.naturalOrder();
          case MAGNITUDE -> Comparator.comparingDouble(x -> -Math.abs(x));
        };
    return Arrays.stream(spectrum).boxed().sorted(order).limit(count).mapToDouble(x -> x).toArray();
  }

  private static void assertPairs(
      DenseOperator operator, double[] spectrum, Options options, double scale) {
    List<Eigenpair> pairs = solve(operator, options);
    double[] expected = expected(spectrum, options.end(), options.count());
    assertThat(pairs).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      Eigenpair pair = pairs.get(i);
      assertThat(pair.value()).isCloseTo(expected[i], within(pair.bound() + 1e-6 * scale));
      assertThat(operator.residual(pair.value(), pair.vector().get()))
          .isLessThanOrEqualTo(pair.residual() + 1e-6 * scale);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pairsAtEachEnd(End end) {
    for (int block : new int[] {1, 2, 5}) {
      for (int mostVectors : new int[] {20, 60, 150}) {
        assertPairs(
            DenseOperator.withSpectrum(SPECTRUM),
            SPECTRUM,
            options(end, end == End.SMALLEST ? 2 : 3, block, mostVectors),
            40);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 1e12})
  void scales(double scale) {
    double[] spectrum = Arrays.stream(SPECTRUM).map(x -> scale * x).toArray();
    assertPairs(
        DenseOperator.withSpectrum(spectrum), spectrum, options(End.LARGEST, 3, 2, 30), 40 * scale);
  }

  @Test
  void aBlockFindsAsManyCopies() {
    double[] spectrum = SPECTRUM.clone();
    Arrays.fill(spectrum, 5, 8, 25);
    assertPairs(DenseOperator.withSpectrum(spectrum), spectrum, options(End.LARGEST, 5, 3, 40), 40);
  }

  /** Restarts cost products, but not many where half of the room is kept. */
  @Test
  void theMemoryIsBoundedAndCostsFewProducts() {
    DenseOperator whole = DenseOperator.withSpectrum(SPECTRUM);
    solve(whole, options(End.LARGEST, 3, 1, 150));
    DenseOperator bounded = DenseOperator.withSpectrum(SPECTRUM);
    solve(bounded, options(End.LARGEST, 3, 1, 16));
    assertThat(bounded.products).isLessThan(3 * whole.products);
  }

  @Test
  void givenVectorsSaveProducts() {
    DenseOperator before = DenseOperator.withSpectrum(SPECTRUM);
    List<double[]> vectors =
        solve(before, options(End.LARGEST, 3, 1, 60)).stream().map(p -> p.vector().get()).toList();
    double[] moved = Arrays.stream(SPECTRUM).map(x -> x * 1.01 + 0.01 * Math.cos(x)).toArray();
    DenseOperator cold = DenseOperator.withSpectrum(moved);
    solve(cold, options(End.LARGEST, 3, 3, 60));
    DenseOperator warm = DenseOperator.withSpectrum(moved);
    Eigenpairs found =
        BlockLanczos.solve(warm, vectors, options(End.LARGEST, 3, 3, 60), 1, Progress.NONE);
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
            options(End.LARGEST, count, block, count + 2 * block + 1),
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
        DenseOperator.withSpectrum(deficient), deficient, options(End.MAGNITUDE, 1, 1, 20), 2);
    Eigenpairs zero =
        BlockLanczos.solve(
            DenseOperator.diagonal(new double[40]),
            List.of(),
            options(End.LARGEST, 2, 1, 20),
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
                  Options options = new Options(End.LARGEST, 1, 1, 500, 60, 1e-6, criterion, 0);
                  Eigenpair pair = solve(operator, options).get(0);
                  assertThat(pair.value()).isCloseTo(30, within(30e-6));
                  return operator.products;
                })
            .toArray();
    assertThat(products[1]).isLessThan(products[0]);
  }

  @Test
  void stopsAtTheMostProductsAndSaysSo() {
    Options options = new Options(End.LARGEST, 6, 1, 12, 40, 1e-9, Criterion.RESIDUAL, 0);
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
        .isThrownBy(() -> options(End.LARGEST, 4, 2, 8))
        .withMessage("expected mostVectors of at least 9, got 8");
    assertThatExceptionOfType(NumericalException.class)
        .isThrownBy(
            () ->
                BlockLanczos.solve(
                    DenseOperator.diagonal(1, Double.NaN, 2),
                    List.of(),
                    options(End.LARGEST, 1, 1, 5),
                    1,
                    Progress.NONE));
  }
}
