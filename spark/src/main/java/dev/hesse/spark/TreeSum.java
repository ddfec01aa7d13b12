package dev.hesse.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;

/**
 * Runs a piece of work on parts and sums what comes of it: of many parts, groups of about their
 * square root are summed on executors, and the groups' sums on the driver. Parts, and groups, are
 * added in the order of their numbers, so that a sum depends on the number of parts alone; Spark's
 * own {@code treeAggregate} adds in the order of arrival.
 */
final class TreeSum {
  /** So few parts are summed on the driver. */
  private static final int FEW = 4;

  private static final long FORGETTING_SECONDS = 10;
  private static final String REMEDY = "See the executors' logs, or give executors more memory";

  private final JavaSparkContext spark;
  private final Placement placement;
  private final ExecutorWatch watch;
  private boolean failed;
  private int openings;

  TreeSum(JavaSparkContext spark, Placement placement, ExecutorWatch watch) {
    this.spark = spark;
    this.placement = placement;
    this.watch = watch;
  }

  /** All parts' results. */
  Partial over(Run run, PartWork work) {
    return over(run, everywhere(run, work));
  }

  /**
   * Some parts' results.
   *
   * @throws RuntimeException what went wrong with a part's model or data
   * @throws ClusterException if the cluster failed
   */
  Partial over(Run run, SortedMap<Integer, PartWork> works) {
    Partial sum = Partial.sum(results(run, works).iterator());
    for (Partial.Found found : sum.found()) {
      placement.found(found.part(), found.location());
      openings += found.openings();
    }
    sum.requireSuccess();
    return sum;
  }

  /** How often parts' operators were opened. */
  int openings() {
    return openings;
  }

  /**
   * Frees what executors hold of a run, as far as they can be reached: nothing is asked of a
   * cluster that has failed, and little time given to another.
   */
  void forget(Run run) {
    if (failed || placement.executors() == 0) {
      return;
    }
    String id = run.id();
    try {
      JavaFutureAction<Void> job =
          placed(everywhere(run, new PartWork.Opening()))
              .foreachAsync(part -> ExecutorParts.close(id));
      try {
        job.get(FORGETTING_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        job.cancel(true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | ExecutionException e) {
      // A cluster that is gone holds nothing.
    }
  }

  private static SortedMap<Integer, PartWork> everywhere(Run run, PartWork work) {
    return IntStream.range(0, run.deal().parts())
        .boxed()
        .collect(Collectors.toMap(part -> part, part -> work, (a, b) -> a, TreeMap::new));
  }

  private List<Partial> results(Run run, SortedMap<Integer, PartWork> works) {
    int most = placement.most();
    try {
      return collected(
          placed(works).map(work -> Partial.of(run, work._1(), work._2(), most)), works);
    } catch (IllegalStateException e) {
      throw spark.sc().isStopped() ? ClusterException.disconnected(e) : e;
    }
  }

  private static int width(int parts) {
    return (int) Math.ceil(Math.sqrt(parts));
  }

  /** How many sums come to the driver. */
  static int results(int parts) {
    return parts <= FEW ? parts : (parts - 1) / width(parts) + 1;
  }

  private List<Partial> collected(JavaRDD<Partial> partials, SortedMap<Integer, PartWork> works) {
    int count = works.size();
    if (count <= FEW || works.values().stream().noneMatch(PartWork::sums)) {
      return awaited(partials);
    }
    int width = width(count);
    JavaPairRDD<Integer, Partial> grouped =
        partials
            // Groups of the parts at work, which need not be all: a task is a place among them.
            .mapToPair(partial -> new Tuple2<>(TaskContext.getPartitionId() / width, partial))
            .partitionBy(new HashPartitioner(results(count)));
    JavaRDD<Partial> sums = grouped.values().mapPartitions(TreeSum::summed);
    try {
      return awaited(sums);
    } finally {
      sums.rdd().cleanShuffleDependencies(/* blocking= */ false);
    }
  }

  private List<Partial> awaited(JavaRDD<Partial> results) {
    JavaFutureAction<List<Partial>> job = results.collectAsync();
    while (true) {
      try {
        List<Partial> done = job.get(1, TimeUnit.SECONDS);
        watch.success();
        return done;
      } catch (TimeoutException e) {
        watch
            .verdict()
            .ifPresent(
                why -> {
                  job.cancel(true);
                  failed = true;
                  throw new ClusterException(why, REMEDY, e);
                });
      } catch (ExecutionException e) {
        failed = true;
        throw failure(Objects.requireNonNull(e.getCause()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        job.cancel(true);
        failed = true;
        throw new ClusterException("interrupted", "Start again", e);
      }
    }
  }

  private static Iterator<Partial> summed(Iterator<Partial> group) {
    return List.of(Partial.sum(group)).iterator();
  }

  /** An element for each part, which Spark is to work on where the part is. */
  private JavaRDD<Tuple2<Integer, PartWork>> placed(SortedMap<Integer, PartWork> works) {
    List<String> preferences = placement.preferences();
    List<Tuple2<Tuple2<Integer, PartWork>, Seq<String>>> elements = new ArrayList<>();
    works.forEach(
        (part, work) -> {
          String preference = preferences.get(part);
          List<String> places = preference.isEmpty() ? List.of() : List.of(preference);
          elements.add(
              new Tuple2<>(new Tuple2<>(part, work), CollectionConverters.asScala(places).toSeq()));
        });
    return spark
        .sc()
        .makeRDD(
            CollectionConverters.asScala(elements).toSeq(),
            ClassTag.<Tuple2<Integer, PartWork>>apply(Tuple2.class))
        .toJavaRDD();
  }

  private static ClusterException failure(Throwable e) {
    return new ClusterException("Spark gave up: " + Failures.line(e), REMEDY, e);
  }
}
