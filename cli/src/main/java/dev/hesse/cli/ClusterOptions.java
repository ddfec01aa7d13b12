package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.spark.SparkConnection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Which cluster computes, if one is to.
 *
 * @param master Spark's master URL
 * @param partitions into how many parts the data is dealt; empty for one for each executor
 * @param data how executors find it
 */
record ClusterOptions(String master, OptionalInt partitions, ClusterData data) {
  private static final Pattern MASTERS =
      Pattern.compile(
          "local(\\[(\\*|\\d+)(,\\s*\\d+)?])?"
              + "|local-cluster\\[\\s*[1-9]\\d*\\s*,\\s*[1-9]\\d*\\s*,\\s*[1-9]\\d*\\s*]"
              + "|(spark|k8s)://.+|yarn");

  /** What spark-submit says of the cluster. */
  private static final String SUBMITTED = "spark.master";

  /** A class of Spark's, which is on the class path if the launcher saw --master. */
  private static final String OF_SPARK = "/org/apache/spark/SparkContext.class";

  static final CommandOption<String> MASTER =
      CommandOption.of(
          "master",
          new ValueType<>(
              "URL",
              "a master URL of Spark's, such as local-cluster[2,1,2048] or spark://HOST:7077",
              text -> Optional.of(text).filter(MASTERS.asMatchPredicate())),
          "compute on an Apache Spark cluster, whose executors read the data; local-cluster[N,CORES,MB]"
              + " is one on this machine");
  static final CommandOption<Integer> PARTITIONS =
      CommandOption.of(
              "partitions",
              ValueType.whole(1, 1 << 20),
              "parts that the data is dealt to, at most one for each mini-batch")
          .withDefault("one for each executor");
  static final Usage.Group GROUP =
      new Usage.Group("cluster", List.of(MASTER, PARTITIONS, DataOptions.PARQUET));

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if other options don't go
   *     with a cluster
   */
  static Optional<ClusterOptions> from(Arguments arguments, ComputeOptions computation) {
    Optional<String> master =
        arguments.get(MASTER).or(() -> Optional.ofNullable(System.getProperty(SUBMITTED)));
    if (master.isEmpty()) {
      if (arguments.has(PARTITIONS)) {
        throw usage(
            "%s is given without %s".formatted(PARTITIONS.dashed(), MASTER.dashed()),
            "Leave it out, or name a cluster");
      }
      return Optional.empty();
    }
    if (computation.choice() == ComputeOptions.Choice.GPU) {
      throw usage(
          "--device gpu is given with a cluster, whose executors compute on CPUs", "Leave it out");
    }
    requireSpark(MASTER);
    return Optional.of(
        new ClusterOptions(
            master.get(),
            arguments.get(PARTITIONS).map(OptionalInt::of).orElseGet(OptionalInt::empty),
            ClusterData.of(arguments)));
  }

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if an option needs Spark
   *     and the program was started without it
   */
  static void requireSpark(CommandOption<?> option) {
    if (ClusterOptions.class.getResource(OF_SPARK) == null) {
      throw usage(
          "%s needs Spark, with which the program was not started".formatted(option.dashed()),
          "Name a cluster with %s, and start with ./hesse or spark-submit"
              .formatted(MASTER.dashed()));
    }
  }

  /** Leaves nothing of the cluster behind as the process ends. */
  void abandon() {
    SparkConnection.abandon();
  }

  /** Connects. */
  SparkConnection connect(ComputeOptions computation) {
    return SparkConnection.open(
        master, computation.memoryBytes().map(OptionalLong::of).orElseGet(OptionalLong::empty));
  }
}
