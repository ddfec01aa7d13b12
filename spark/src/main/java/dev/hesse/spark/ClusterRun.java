package dev.hesse.spark;

import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.models.LossModel;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.BlockManagerId;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** A run on the side of the driver: what was sent for it, and where its parts are. */
final class ClusterRun implements AutoCloseable {
  private final JavaSparkContext spark;
  private final Placement placement;
  private final ExecutorWatch watch;
  private final TreeSum sum;
  private Run run;
  private @Nullable Broadcast<int[]> order;

  private ClusterRun(JavaSparkContext spark, Run run) {
    this.spark = spark;
    this.run = run;
    this.placement = new Placement(run.deal().parts());
    this.watch = new ExecutorWatch(placement);
    this.sum = new TreeSum(spark, placement, watch);
    spark.sc().addSparkListener(watch);
    executors(spark).forEach(placement::joined);
  }

  /** Those that are there already; in a run within one process, that is the driver. */
  static List<String> executors(JavaSparkContext spark) {
    Set<BlockManagerId> all =
        CollectionConverters.asJava(
            SparkEnv.get().blockManager().master().getMemoryStatus().keySet());
    return all.stream()
        .filter(one -> spark.isLocal() || !one.isDriver())
        .map(one -> Placement.location(one.host(), one.executorId()))
        .toList();
  }

  static ClusterRun start(
      JavaSparkContext spark,
      LossModel model,
      DataOpener data,
      long fingerprint,
      Deal deal,
      CurvatureOperator.Options options) {
    Broadcast<ModelDescription> sent =
        send(spark, ModelDescription.of(model, options.precision(), deal.sizes()));
    return new ClusterRun(
        spark,
        new Run(
            newId(),
            sent,
            data,
            null,
            fingerprint,
            deal,
            options.curvature(),
            options.precision(),
            options.seed(),
            options.fisherSamples(),
            options.memoryBytes()));
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  Deal deal() {
    return run.deal();
  }

  /** Makes a value known to executors that ask for it. */
  <T> Broadcast<T> send(T value) {
    return send(spark, value);
  }

  private static <T> Broadcast<T> send(JavaSparkContext spark, T value) {
    try {
      return spark.broadcast(value);
    } catch (IllegalStateException e) {
      throw ClusterException.disconnected(e);
    }
  }

  /** Frees a value that was sent, where it can be. */
  void destroy(Broadcast<?> sent) {
    if (!spark.sc().isStopped()) {
      sent.destroy();
    }
  }

  /** Takes the examples in another order from here on. */
  void order(int[] examples) {
    order = send(examples);
    sum.forget(run);
    run = run.ordered(newId(), order);
  }

  Partial sum(PartWork work) {
    return sum.over(run, work);
  }

  /** The sum over some parts, with each one's work. */
  Partial sum(SortedMap<Integer, PartWork> works) {
    return sum.over(run, works);
  }

  int openings() {
    return sum.openings();
  }

  @Override
  public void close() {
    spark.sc().removeSparkListener(watch);
    if (!spark.sc().isStopped()) {
      sum.forget(run);
      run.model().destroy();
      if (order != null) {
        order.destroy();
      }
    }
  }
}
