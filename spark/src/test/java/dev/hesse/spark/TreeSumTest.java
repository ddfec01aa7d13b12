package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.hessian.Curvature;
import dev.hesse.models.Precision;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that do not come to an end, or cannot begin. */
class TreeSumTest {
  private static final CountDownLatch RELEASE = new CountDownLatch(1);
  private static final CountDownLatch ENDED = new CountDownLatch(1);

  private final Deal deal = Deal.of(Example.EXAMPLES, Example.MINI_BATCH, 1);
  private final Placement placement = new Placement(1);
  private SparkConnection cluster;

  @BeforeEach
  void connect() {
    cluster = SparkConnection.open("local[1]", OptionalLong.of(1L << 30));
  }

  @AfterEach
  void disconnect() {
    cluster.close();
  }

  private Run run(JavaSparkContext spark, DataOpener data) throws Exception {
    ModelDescription model =
        ModelDescription.of(Example.network(), Precision.FLOAT64, deal.sizes());
    return new Run(
        "run",
        spark.broadcast(model),
        data,
        null,
        Fingerprint.of(Example.data()),
        deal,
        Curvature.HESSIAN,
        Precision.FLOAT64,
        1,
        1,
        1L << 28);
  }

  @Test
  void aStoppedProgramIsSaid() throws Exception {
    Run run = run(cluster.spark(), Example.opener());
    TreeSum sum = new TreeSum(cluster.spark(), placement, new ExecutorWatch(placement));
    cluster.close();
    assertThatThrownBy(() -> sum.over(run, new PartWork.Evaluation()))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("there is no connection to the cluster, or no more");
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void afterAVerdictNothingWaitsForTheCluster() throws Exception {
    DataOpener blocked =
        () -> {
          try {
            RELEASE.await();
            return Example.data();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            ENDED.countDown();
          }
        };
    Run run = run(cluster.spark(), blocked);
    TreeSum sum = new TreeSum(cluster.spark(), placement, new ExecutorWatch(placement, 0));
    assertThatThrownBy(() -> sum.over(run, new PartWork.Evaluation()))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("the cluster has had no executor for 0 s");
    // The replacement has come, and its one core is taken by the task that hangs.
    placement.joined(Placement.location("localhost", SparkEnv.get().executorId()));
    sum.forget(run);
    assertThat(ENDED.getCount()).isEqualTo(1);
    RELEASE.countDown();
    assertThat(ENDED.await(1, TimeUnit.MINUTES)).isTrue();
  }
}
