package dev.hesse.spark;

import static dev.hesse.spark.Example.ROUNDING;
import static dev.hesse.spark.Example.relativeDifference;
import static dev.hesse.spark.Example.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.linalg.Probes;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.BadInputException;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the operator of one process, which other tests hold against dense matrices. */
class SparkOperatorTest {
  private static SparkConnection cluster;

  private final ResNet network = Example.network();

  SparkOperatorTest() throws IOException {}

  @BeforeAll
  static void connect() {
    cluster = SparkConnection.open("local[2]", OptionalLong.of(1L << 30));
  }

  @AfterAll
  static void disconnect() {
    cluster.close();
  }

  private LossCurvature spread(CurvatureOperator.Options options, int parts) throws IOException {
    return new SparkOperator(
        cluster.spark(), network, Example.opener(), Example.data(), options, parts);
  }

  private CurvatureOperator whole(CurvatureOperator.Options options) throws IOException {
    return new CurvatureOperator(network, Example.data(), options);
  }

  private static void assertSame(LossCurvature actual, LossCurvature expected) {
    assertThat(actual.loss()).isCloseTo(expected.loss(), within(ROUNDING * expected.loss()));
    assertThat(actual.accuracy()).isCloseTo(expected.accuracy(), within(ROUNDING));
    assertThat(relativeDifference(actual.gradient(), expected.gradient())).isLessThan(ROUNDING);
    assertThat(actual.gradientNorm())
        .isCloseTo(expected.gradientNorm(), within(ROUNDING * expected.gradientNorm()));
    assertThat(relativeDifference(times(actual, 0), times(expected, 0))).isLessThan(ROUNDING);
    assertThat(actual.miniBatch()).isEqualTo(expected.miniBatch());
    assertThat(actual.miniBatches()).isEqualTo(expected.miniBatches());
    assertThat(actual.keptMiniBatches()).isEqualTo(expected.keptMiniBatches());
    // A part that has the smaller last mini-batch alone counts it as what it is.
    assertThat(actual.keptBytes()).isBetween(1L, expected.keptBytes());
    assertThat(actual.noise()).isEqualTo(expected.noise());
    assertThat(actual.checks().unusedParameters()).isEmpty();
    assertThat(actual.checks().symmetry()).isLessThan(ROUNDING);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void anyNumberOfPartsGivesTheSame(int parts) throws IOException {
    CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 1);
    try (LossCurvature spread = spread(options, parts);
        LossCurvature whole = whole(options)) {
      assertSame(spread, whole);
      assertThat(spread.products()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Curvature.class)
  void anyCurvatureIsTheSame(Curvature curvature) throws IOException {
    CurvatureOperator.Options options = Example.options(curvature, 1);
    try (LossCurvature spread = spread(options, 3);
        LossCurvature whole = whole(options)) {
      assertSame(spread, whole);
    }
  }

  @Test
  void termsAreTheSameMiniBatchesSortedByResidual() throws IOException {
    // A stratum has 25 examples at least, so that these are cut as asked for, and sorted.
    CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 4);
    try (LossCurvature spread = spread(options, 3);
        LossCurvature whole = whole(options)) {
      assertSame(spread, whole);
      Probes probes = new Probes(2);
      double[][] x = {
        probes.rademacher(0, whole.dimension()), probes.rademacher(1, whole.dimension())
      };
      int[] terms = {2, 0, 3, 0, 1};
      double[][] rows = {x[0], x[1], x[1], x[0], x[1]};
      double[][] together = new double[5][whole.dimension()];
      spread.applyTerms(terms, rows, together);
      double[] sum = new double[whole.dimension()];
      for (int term = 0; term < whole.terms(); term++) {
        double[][] expected = new double[2][whole.dimension()];
        double[][] actual = new double[2][whole.dimension()];
        whole.applyTerm(term, x, expected);
        spread.applyTerm(term, x, actual);
        assertThat(relativeDifference(actual[1], expected[1])).isLessThan(ROUNDING);
        assertThat(spread.share(term)).isEqualTo(whole.share(term));
        for (int i = 0; i < terms.length; i++) {
          if (terms[i] == term) {
            assertThat(together[i]).isEqualTo(actual[rows[i] == x[0] ? 0 : 1]);
          }
        }
        for (int i = 0; i < sum.length; i++) {
          sum[i] += actual[0][i];
        }
      }
      assertThat(spread.products()).isCloseTo(3 + 5 * whole.share(0), within(ROUNDING));
      double[] product = new double[sum.length];
      spread.apply(x[0], product);
      assertThat(relativeDifference(sum, product)).isLessThan(10 * ROUNDING);
    }
  }

  /** Groups of three parts would leave the second without any; a part has more than a block. */
  @Test
  void termsOfSomeOfManyParts() throws IOException {
    CurvatureOperator.Options options = ofTwos();
    try (LossCurvature spread = spread(options, 9);
        LossCurvature whole = whole(options)) {
      int[] terms = {0, 1, 2, 6, 7, 8, 0, 9, 0, 9, 0, 9, 0, 9, 0, 9};
      double[][] x = new double[terms.length][];
      double[][] actual = new double[terms.length][whole.dimension()];
      for (int i = 0; i < terms.length; i++) {
        x[i] = new Probes(2).rademacher(i, whole.dimension());
      }
      spread.applyTerms(terms, x, actual);
      for (int i = 0; i < terms.length; i++) {
        double[][] expected = new double[1][whole.dimension()];
        whole.applyTerm(terms[i], new double[][] {x[i]}, expected);
        assertThat(relativeDifference(actual[i], expected[0])).isLessThan(ROUNDING);
      }
    }
  }

  /** Sixteen mini-batches. */
  private static CurvatureOperator.Options ofTwos() {
    return new CurvatureOperator.Options(
        Curvature.HESSIAN, 2, Precision.FLOAT64, Device.CPU, 1L << 28, 0.01, 5, 1);
  }

  @Test
  void sumsAreTheSameToTheBitEveryTime() throws IOException {
    CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 1);
    try (LossCurvature spread = spread(options, 7)) {
      double[] first = times(spread, 0);
      for (int i = 0; i < 5; i++) {
        assertThat(times(spread, 0)).isEqualTo(first);
      }
    }
  }

  @Test
  void aBlockIsItsVectors() throws IOException {
    CurvatureOperator.Options options = Example.options(Curvature.GAUSS_NEWTON, 1);
    try (LossCurvature spread = spread(options, 2);
        LossCurvature whole = whole(options)) {
      double[][] x = new double[11][];
      double[][] actual = new double[11][whole.dimension()];
      double[][] expected = new double[11][whole.dimension()];
      for (int i = 0; i < x.length; i++) {
        x[i] = new Probes(2).rademacher(i, whole.dimension());
      }
      spread.applyBlock(x, actual);
      whole.applyBlock(x, expected);
      for (int i = 0; i < x.length; i++) {
        assertThat(relativeDifference(actual[i], expected[i])).isLessThan(ROUNDING);
      }
      assertThat(spread.products()).isEqualTo(11);
      assertThat(spread.preferredBlock()).isGreaterThan(1);
    }
  }

  @Test
  void lossAndAccuracyAlone() throws IOException {
    CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 1);
    LossEvaluation expected =
        LossEvaluation.of(
            network,
            Example.data(),
            options.miniBatch(),
            options.precision(),
            options.device(),
            options.l2(),
            Progress.NONE);
    LossEvaluation found =
        SparkOperator.evaluate(
            cluster.spark(), network, Example.opener(), Example.data(), options, 3);
    assertThat(found.loss()).isCloseTo(expected.loss(), within(ROUNDING));
    assertThat(found.accuracy()).isCloseTo(expected.accuracy(), within(ROUNDING));
  }

  @Test
  void whereMemoryIsShortValuesAreComputedAnew() throws IOException {
    CurvatureOperator.Options ample = Example.options(Curvature.HESSIAN, 1);
    try (LossCurvature whole = whole(ample)) {
      long batch = whole.keptBytes() / whole.miniBatches();
      CurvatureOperator.Options options = withMemory(2 * (2 * batch + batch / 2));
      try (LossCurvature spread = spread(options, 2)) {
        assertThat(spread.keptMiniBatches()).isLessThan(whole.miniBatches());
        assertThat(spread.keptBytes()).isLessThanOrEqualTo(options.memoryBytes());
        assertThat(relativeDifference(times(spread, 0), times(whole, 0))).isLessThan(ROUNDING);
      }
      assertThatThrownBy(() -> spread(withMemory(batch), 2))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("a product over 4 examples at once takes about");
    }
  }

  private static CurvatureOperator.Options withMemory(long bytes) {
    return new CurvatureOperator.Options(
        Curvature.HESSIAN, Example.MINI_BATCH, Precision.FLOAT64, Device.CPU, bytes, 0.01, 5, 1);
  }

  @Test
  void whatAnExecutorFindsWrongIsSaid() throws IOException {
    BatchSource data = Example.data();
    BatchSource fewer = new PartExamples(data, Deal.of(30, Example.MINI_BATCH, 1), 0);
    assertRefused(
        Example.opener(), fewer, "an executor finds 31 examples there, the driver found 30");
    int[] lastTwoSwapped = IntStream.range(0, Example.EXAMPLES).toArray();
    lastTwoSwapped[29] = 30;
    lastTwoSwapped[30] = 29;
    assertRefused(
        Example.opener(),
        data.reordered(lastTwoSwapped),
        "an executor finds other examples there than the driver");
    assertRefused(() -> Example.data("/nowhere"), data, "/nowhere");
  }

  private void assertRefused(DataOpener opener, BatchSource examples, String error) {
    CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 1);
    assertThatThrownBy(
            () -> new SparkOperator(cluster.spark(), network, opener, examples, options, 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(error);
  }

  /** Executors of {@code local} are in this process. */
  private static final AtomicInteger OPENINGS = new AtomicInteger();

  @Test
  void theSameDataIsOpenedOnce() throws IOException {
    String path = Example.FOLDER.resolve(".").toString();
    DataOpener opener =
        () -> {
          OPENINGS.incrementAndGet();
          return Example.data(path);
        };
    // The sort by residual makes a second run of the first operator's.
    for (int strata : new int[] {2, 1}) {
      CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, strata);
      try (LossCurvature operator =
          new SparkOperator(cluster.spark(), network, opener, Example.data(), options, 2)) {
        assertThat(operator.miniBatches()).isGreaterThan(1);
      }
      assertThat(OPENINGS).hasValue(1);
    }
    String other = Example.FOLDER.resolve("./.").toString();
    SparkOperator.evaluate(
        cluster.spark(),
        network,
        () -> {
          OPENINGS.incrementAndGet();
          return Example.data(other);
        },
        Example.data(),
        Example.options(Curvature.HESSIAN, 1),
        2);
    assertThat(OPENINGS).hasValue(2);
  }
}
