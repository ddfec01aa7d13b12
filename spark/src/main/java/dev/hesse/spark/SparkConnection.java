package dev.hesse.spark;

import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A connection to a cluster, set up for the work here. Closing it ends the executors. */
public final class SparkConnection implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  private static final long POLL_MILLIS = 200;

  private final JavaSparkContext spark;
  private final ClusterSettings settings;
  private OptionalInt executors = OptionalInt.empty();

  private SparkConnection(JavaSparkContext spark, ClusterSettings settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * Connects. Settings of Spark's that are given, as system properties {@code spark.*} or by {@code
   * spark-submit}, have precedence.
   *
   * @param master Spark's master URL, such as {@code local-cluster[2,1,2048]}
   * @param memoryBytes what one executor may take for values; empty for what Spark gives it
   * @throws ClusterException if that does not work
   */
  public static SparkConnection open(String master, OptionalLong memoryBytes) {
    try {
      MasterAddress.requireReachable(master);
      ClusterSettings settings = ClusterSettings.of(master, memoryBytes, new SparkConf());
      return new SparkConnection(new JavaSparkContext(settings.conf()), settings);
    } catch (ClusterException e) {
      ClusterSettings.deleteFiles();
      throw e;
    } catch (Exception e) { // Scala code throws checked exceptions that its signatures do not say
      ClusterSettings.deleteFiles();
      throw new ClusterException(
          "Spark cannot start with %s: %s".formatted(master, Failures.line(e)),
          "Check the master URL, and that the cluster runs Spark of version "
              + JavaSparkContext.class.getPackage().getImplementationVersion(),
          e);
    }
  }

  /** The program's handle of Spark. */
  public JavaSparkContext spark() {
    return spark;
  }

  /**
   * The number of executors: that of the master URL, or as many as there were when none had joined
   * for a while. The first call waits for them.
   *
   * @throws ClusterException if there are none
   */
  public int executors() {
    if (executors.isEmpty()) {
      int joined = joined();
      executors = OptionalInt.of(settings.executors().orElse(joined));
    }
    return executors.getAsInt();
  }

  private int joined() {
    int wanted =
        settings.executors().orElseGet(() -> spark.getConf().getInt("spark.executor.instances", 0));
    long start = System.nanoTime();
    int count = 0;
    long since = start;
    while (wanted > 0 ? count < wanted : count == 0 || waited(since) < 2) {
      if (waited(start) > PATIENCE_SECONDS || spark.sc().isStopped()) {
        break;
      }
      int now = ClusterRun.executors(spark).size();
      if (now != count) {
        count = now;
        since = System.nanoTime();
      }
      sleep();
    }
    if (count == 0) {
      throw new ClusterException(
          "no executor of the cluster has started within %d s".formatted(PATIENCE_SECONDS),
          "See the cluster's own page for whether it has free cores and memory",
          null);
    }
    return count;
  }

  private static double waited(long since) {
    return (System.nanoTime() - since) * 1e-9;
  }

  private static void sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted", "Start again", e);
    }
  }

  /**
   * As {@link SparkOperator#SparkOperator}.
   *
   * @param options of which the memory is not looked at
   * @param parts empty for one for each executor
   */
  public LossCurvature curvature(
      LossModel model,
      DataOpener data,
      BatchSource examples,
      CurvatureOperator.Options options,
      OptionalInt parts) {
    int there = executors();
    return new SparkOperator(
        spark, model, data, examples, withMemory(options), parts.orElse(there));
  }

  private CurvatureOperator.Options withMemory(CurvatureOperator.Options options) {
    return new CurvatureOperator.Options(
        options.curvature(),
        options.miniBatch(),
        options.precision(),
        options.device(),
        settings.memoryBytes(),
        options.l2(),
        options.seed(),
        options.fisherSamples(),
        options.strata());
  }

  /** Loss and accuracy alone, as {@link LossEvaluation#of}. */
  public LossEvaluation evaluate(
      LossModel model,
      DataOpener data,
      BatchSource examples,
      CurvatureOperator.Options options,
      OptionalInt parts) {
    int there = executors();
    return SparkOperator.evaluate(spark, model, data, examples, options, parts.orElse(there));
  }

  /**
   * Ends executors that are processes of this one, and removes what they wrote, as the process is
   * about to end without closing its connection.
   */
  public static void abandon() {
    // Of local-cluster, the master in this process has lost executors replaced a few times.
    for (int quiet = 0, round = 0; quiet < 3 && round < 20; round++) {
      List<ProcessHandle> executors = ProcessHandle.current().descendants().toList();
      executors.forEach(ProcessHandle::destroyForcibly);
      quiet = ClusterSettings.deleteFiles() || !executors.isEmpty() ? 0 : quiet + 1;
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() {
    spark.close();
    ClusterSettings.deleteFiles();
  }
}
