package dev.hesse.spark;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * How Spark is to run.
 *
 * @param conf Spark's own settings
 * @param executors how many, where the master URL says so
 * @param memoryBytes what one executor may take for values
 */
record ClusterSettings(SparkConf conf, OptionalInt executors, long memoryBytes) {
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

  /** The launcher's folder for everything that Spark writes, which it names as Spark's home too. */
  private static final String FILES = "hesse.spark.files";

  private static final long MEBI = 1L << 20;
  private static final long HEAP_DEFAULT = 1024;

  /** What graphs, weights, buffers and threads take outside of the heap, in MiB. */
  private static final long OTHERS = 512;

  static ClusterSettings of(String master, OptionalLong memoryBytes, SparkConf conf) {
    conf.setMaster(master).setIfMissing("spark.app.name", "hesse");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Vectors do not get smaller by compression.
    conf.setIfMissing("spark.broadcast.compress", "false");
    conf.setIfMissing("spark.shuffle.compress", "false");
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    conf.setIfMissing("spark.dynamicAllocation.enabled", "false");
    // A task whose executor dies has failed: the watch is to give up, not the scheduler before.
    String failures = String.valueOf(ExecutorWatch.MOST_LOST + 2);
    conf.setIfMissing("spark.task.maxFailures", failures);
    conf.setIfMissing("spark.stage.maxConsecutiveAttempts", failures);
    localityWait(conf);
    environment(conf, "TF_CPP_MIN_LOG_LEVEL", "3");
    environment(conf, "TF_ENABLE_ONEDNN_OPTS", "1");
    environment(conf, "NVIDIA_TF32_OVERRIDE", "0");
    Path files = files();
    if (files != null) {
      makePrivate(files);
      conf.setIfMissing("spark.local.dir", files.resolve("local").toString());
    }
    if (master.startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    if (cluster.matches()) {
      return localCluster(cluster, memoryBytes, conf, files);
    }
    if (master.startsWith("local")) {
      return new ClusterSettings(
          conf, OptionalInt.of(1), memoryBytes.orElseGet(ClusterSettings::quarterOfMachine));
    }
    return remote(memoryBytes, conf, files);
  }

  /**
   * A part waits for the executor that has it, as to make it anew on another that is idle costs
   * more than most products. A minute is less than Spark takes to notice that a machine is gone; a
   * part that was under way when its executor was lost may wait so long, too.
   */
  private static void localityWait(SparkConf conf) {
    if (!conf.contains("spark.locality.wait")) {
      conf.setIfMissing("spark.locality.wait.process", "60s");
      conf.setIfMissing("spark.locality.wait.node", "0s");
      conf.setIfMissing("spark.locality.wait.rack", "0s");
    }
  }

  private static void environment(SparkConf conf, String name, String value) {
    conf.setIfMissing("spark.executorEnv." + name, value);
  }

  /** Executors are processes of this machine, which have this process's class path. */
  private static ClusterSettings localCluster(
      Matcher master, OptionalLong memoryBytes, SparkConf conf, @Nullable Path files) {
    String cores = master.group(2);
    long each = Long.parseLong(master.group(3));
    long heap =
        conf.contains("spark.executor.memory")
            ? conf.getSizeAsMb("spark.executor.memory")
            : Math.min(HEAP_DEFAULT, each / 2);
    conf.setIfMissing("spark.executor.memory", heap + "m");
    oneTaskAtATime(conf, cores);
    conf.setIfMissing("spark.executor.extraClassPath", classPath());
    Path home = home();
    if (files != null) {
      Path temporary = files.resolve("tmp");
      makeFolder(temporary);
      conf.set(
          "spark.executor.extraJavaOptions",
          "-XX:+UseSerialGC -Djava.io.tmpdir=%s %s"
              .formatted(temporary, conf.get("spark.executor.extraJavaOptions", "")));
    }
    // Spark's launcher wants to see it, though all jars are on the class path given.
    makeFolder(home.resolve("jars"));
    return new ClusterSettings(
        conf,
        OptionalInt.of(Integer.parseInt(master.group(1))),
        memoryBytes.orElse(Math.max(each - heap, each / 2) * MEBI));
  }

  /** That of this process, for one with another current folder. */
  private static String classPath() {
    String own =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(own.split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path home() {
    String home = System.getenv("SPARK_HOME");
    if (home == null) {
      throw new ClusterException(
          "local-cluster needs a folder for its executors' files, and SPARK_HOME names none",
          "Start with ./hesse, or set SPARK_HOME to an empty folder",
          null);
    }
    return Path.of(home);
  }

  private static ClusterSettings remote(
      OptionalLong memoryBytes, SparkConf conf, @Nullable Path files) {
    long heap = conf.getSizeAsMb("spark.executor.memory", HEAP_DEFAULT + "m");
    long values =
        memoryBytes.isPresent()
            ? memoryBytes.getAsLong() / MEBI
            : beside(conf.getSizeAsMb("spark.executor.memoryOverhead", heap + OTHERS + "m"));
    // TensorFlow's memory is outside of Java's.
    conf.setIfMissing("spark.executor.memoryOverhead", values + OTHERS + "m");
    if (conf.contains("spark.executor.cores")) {
      oneTaskAtATime(conf, conf.get("spark.executor.cores"));
    }
    if (files != null) {
      conf.setIfMissing("spark.jars", ProgramJars.list());
    }
    return new ClusterSettings(conf, OptionalInt.empty(), values * MEBI);
  }

  /** What values may take of the memory outside of the heap. */
  private static long beside(long overhead) {
    return Math.max(overhead - OTHERS, overhead / 2);
  }

  /** All cores of an executor are one task's, as TensorFlow uses them together. */
  private static void oneTaskAtATime(SparkConf conf, String cores) {
    conf.setIfMissing("spark.task.cpus", cores);
    environment(conf, "TF_NUM_INTRAOP_THREADS", cores);
  }

  private static long quarterOfMachine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize()
        / 4;
  }

  private static void makePrivate(Path folder) {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Path files() {
    String given = System.getProperty(FILES);
    return given == null ? null : Path.of(given);
  }

  /**
   * Removes the folder that goes with the process, if it has one.
   *
   * @return whether it was there
   */
  static boolean deleteFiles() {
    Path files = files();
    if (files == null || !Files.exists(files)) {
      return false;
    }
    try (Stream<Path> all = Files.walk(files)) {
      all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException | UncheckedIOException e) {
      // What is left is in the system's folder for temporary files.
    }
    return true;
  }
}
