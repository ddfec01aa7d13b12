package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.spark.SparkConnection;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
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
          "local(\\[(\\*|[1-9]\\d*)(,\\s*\\d+)?])?"
              + "|local-cluster\\[\\s*[1-9]\\d*\\s*,\\s*[1-9]\\d*\\s*,\\s*[1-9]\\d*\\s*]"
              + "|(spark|k8s)://.+|yarn");

  /** What spark-submit says of the cluster. */
  private static final String SUBMITTED = "spark.master";

  /** Classes of Spark's, which is on the class path if the launcher saw --master. */
  private static final String OF_SPARK = "/org/apache/spark/SparkContext.class";

  private static final String OF_YARN =
      "/org/apache/spark/scheduler/cluster/YarnClusterManager.class";
  private static final String OF_KUBERNETES =
      "/org/apache/spark/scheduler/cluster/k8s/KubernetesClusterManager.class";

  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[.*,\\s*(\\d+)\\s*]");

  /** An executor's heap, where the user says it; otherwise it is at most half of its memory. */
  private static final String HEAP = "spark.executor.memory";

  /** Twice the least heap that Spark takes. */
  private static final BigInteger LEAST_MEBIBYTES = BigInteger.valueOf(900);

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
    Optional<String> master = master(arguments);
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
    requireSpark(master.get());
    return Optional.of(
        new ClusterOptions(
            master.get(),
            arguments.get(PARTITIONS).map(OptionalInt::of).orElseGet(OptionalInt::empty),
            ClusterData.of(arguments)));
  }

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if the program was started
   *     without Spark, or without the part of it that knows such clusters
   */
  private static void requireSpark(String master) {
    String known =
        master.equals("yarn") ? OF_YARN : master.startsWith("k8s") ? OF_KUBERNETES : OF_SPARK;
    if (ClusterOptions.class.getResource(known) == null) {
      throw usage(
          "--master %s needs parts of Spark with which the program was not started"
              .formatted(master),
          known.equals(OF_SPARK)
              ? "Start with ./hesse or spark-submit"
              : "Start with spark-submit");
    }
    Matcher own = LOCAL_CLUSTER.matcher(master);
    if (own.matches()
        && System.getProperty(HEAP) == null
        && new BigInteger(own.group(1)).compareTo(LEAST_MEBIBYTES) < 0) {
      throw usage(
          "--master %s leaves an executor less memory than Spark takes".formatted(master),
          "Give it %s MiB or more".formatted(LEAST_MEBIBYTES));
    }
  }

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if there is no cluster for
   *     an option that needs one
   */
  static void requireCluster(CommandOption<?> option, Arguments arguments) {
    if (master(arguments).isEmpty()) {
      throw usage(
          "%s is given without %s".formatted(option.dashed(), MASTER.dashed()),
          "Name a cluster, such as %s local".formatted(MASTER.dashed()));
    }
  }

  private static Optional<String> master(Arguments arguments) {
    return arguments.get(MASTER).or(() -> Optional.ofNullable(System.getProperty(SUBMITTED)));
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
