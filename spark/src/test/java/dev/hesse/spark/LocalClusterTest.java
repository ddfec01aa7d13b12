package dev.hesse.spark;

import static dev.hesse.spark.Example.ROUNDING;
import static dev.hesse.spark.Example.relativeDifference;
import static dev.hesse.spark.Example.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.io.BadInputException;
import dev.hesse.models.ResNet;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two executors that are processes of their own, one of which dies. */
class LocalClusterTest {
  private static final int STEPS = 8;
  private static final String LOCALITY_WAIT = "spark.locality.wait.process";
  private static SparkConnection cluster;

  private final ResNet network = Example.network();
  private final CurvatureOperator.Options options = Example.options(Curvature.HESSIAN, 1);

  LocalClusterTest() throws IOException {}

  @BeforeAll
  static void connect() throws IOException {
    try (CurvatureOperator whole =
        new CurvatureOperator(
            Example.network(), Example.data(), Example.options(Curvature.HESSIAN, 1))) {
      long batch = whole.keptBytes() / whole.miniBatches();
      // A product takes 2, so that there is room for two parts on an executor, and not for three.
      // So long the part of an executor that was killed waits for it.
      System.setProperty(LOCALITY_WAIT, "3s");
      cluster = SparkConnection.open("local-cluster[2,1,1024]", OptionalLong.of(5 * batch));
    } finally {
      System.clearProperty(LOCALITY_WAIT);
    }
  }

  @AfterAll
  static void disconnect() {
    cluster.close();
  }

  private LossCurvature spread(OptionalInt parts) throws IOException {
    return cluster.curvature(network, Example.opener(), Example.data(), options, parts);
  }

  /** The processes of Java that this one has started. */
  private static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .toList();
  }

  @Test
  void productsAreThoseOfOneProcess() throws IOException {
    try (LossCurvature whole = new CurvatureOperator(network, Example.data(), options);
        LossCurvature finer = spread(OptionalInt.of(3));
        LossCurvature spread = spread(OptionalInt.empty())) {
      assertThat(executors()).hasSize(2);
      for (LossCurvature same : List.of(spread, finer)) {
        assertThat(same.loss()).isCloseTo(whole.loss(), within(ROUNDING));
        assertThat(relativeDifference(times(same, 0), times(whole, 0))).isLessThan(ROUNDING);
        assertThat(times(same, 1)).isEqualTo(times(same, 1));
      }
      assertThat(((SparkOperator) finer).openings()).isEqualTo(3);
      assertThat(((SparkOperator) spread).openings()).isEqualTo(2);
    }
  }

  /** An operator during one of whose products the first executor is killed. */
  private record Killing(SymmetricOperator operator, int[] products, ProcessHandle victim)
      implements SymmetricOperator {
    @Override
    public int dimension() {
      return operator.dimension();
    }

    @Override
    public void apply(double[] x, double[] y) {
      if (++products[0] == STEPS / 2) {
        CompletableFuture.runAsync(
            victim::destroyForcibly, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS));
      }
      operator.apply(x, y);
    }
  }

  private static SpectralDensity density(SymmetricOperator operator) {
    Lanczos space = Lanczos.fromRademacher(operator, 1, 0, 1L << 28);
    while (space.steps() < STEPS) {
      space.step();
    }
    return SpectralDensity.estimate(space, new SpectralDensity.Options(STEPS, 1), Progress.NONE);
  }

  @Test
  void anExecutorThatDiesIsReplacedAndTheNumbersStayTheSame() throws Exception {
    try (LossCurvature whole = new CurvatureOperator(network, Example.data(), options);
        LossCurvature spread = spread(OptionalInt.empty())) {
      ProcessHandle victim = executors().get(0);
      SpectralDensity found = density(new Killing(spread, new int[1], victim));
      SpectralDensity expected = density(whole);

      victim.onExit().get(1, TimeUnit.MINUTES);
      double[] nodes = nodes(found);
      assertThat(relativeDifference(nodes, nodes(expected))).isLessThan(STEPS * ROUNDING);
      // The next product is by two executors again, the new one with the part that was lost.
      for (int i = 0; i < 600 && executors().size() < 2; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertThat(executors()).hasSize(2).doesNotContain(victim);
      assertThat(relativeDifference(times(spread, 3), times(whole, 3))).isLessThan(ROUNDING);
    }
  }

  /** In an executor. */
  private static final AtomicBoolean READ = new AtomicBoolean();

  @Test
  void whatExecutorsCannotReadIsTriedAgainOrSaidWithTheirPlace() throws IOException {
    String folder = Example.FOLDER.toString();
    DataOpener flaky =
        () -> {
          if (!READ.getAndSet(true)) {
            throw new IOException("Stale file handle");
          }
          return Example.data(folder);
        };
    OptionalInt parts = OptionalInt.empty();
    assertThat(cluster.evaluate(network, flaky, Example.data(), options, parts).loss())
        .isPositive();
    DataOpener missing = () -> Example.data("/nowhere");
    assertThatThrownBy(() -> cluster.evaluate(network, missing, Example.data(), options, parts))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching("executor \\d+ on [^ ]+: .*/nowhere.*");
  }

  private static double[] nodes(SpectralDensity density) {
    return density.runs().get(0).nodes().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
