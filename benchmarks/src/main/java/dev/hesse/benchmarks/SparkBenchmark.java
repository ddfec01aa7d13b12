package dev.hesse.benchmarks;

import dev.hesse.spark.SparkConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a job over a cluster costs, in parts: tasks that do nothing, tasks that get n floats by
 * broadcast, and tasks that also give n doubles back. All in turn in each round. Prints
 * milliseconds. Arguments: master URL, n, tasks, rounds.
 */
public final class SparkBenchmark {
  private static final int BLOCK = 8;
  private static final int MANY = 100;
  private static final int ROUNDS_NOT_COUNTED = 5;

  private SparkBenchmark() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    int n = Integer.parseInt(args[1]);
    int tasks = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    try (SparkConnection connection = SparkConnection.open(args[0], OptionalLong.empty())) {
      JavaSparkContext spark = connection.spark();
      Map<String, Runnable> jobs = new LinkedHashMap<>();
      jobs.put(tasks + " tasks", () -> nothing(spark, tasks));
      jobs.put(MANY + " tasks", () -> nothing(spark, MANY));
      jobs.put("tasks, broadcast", () -> product(spark, tasks, new float[1][n], 0));
      jobs.put("tasks, broadcast, results", () -> product(spark, tasks, new float[1][n], 1));
      jobs.put(
          "the same, block of " + BLOCK, () -> product(spark, tasks, new float[BLOCK][n], BLOCK));
      Map<String, List<Double>> times = new LinkedHashMap<>();
      for (int round = -ROUNDS_NOT_COUNTED; round < rounds; round++) {
        for (Map.Entry<String, Runnable> job : jobs.entrySet()) {
          long start = System.nanoTime();
          job.getValue().run();
          double milliseconds = (System.nanoTime() - start) * 1e-6;
          if (round >= 0) {
            times.computeIfAbsent(job.getKey(), name -> new ArrayList<>()).add(milliseconds);
          }
        }
      }
      times.forEach(
          (name, found) ->
              System.out.printf(
                  "%-28s median %7.1f ms, from %.1f to %.1f%n",
                  name, median(found), Collections.min(found), Collections.max(found)));
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private static void nothing(JavaSparkContext spark, int tasks) {
    spark.parallelize(numbers(tasks), tasks).map(i -> i).collect();
  }

  /** Sends vectors to every task, and gets as many as asked for back from each. */
  private static void product(JavaSparkContext spark, int tasks, float[][] vectors, int results) {
    Broadcast<float[][]> sent = spark.broadcast(vectors);
    spark
        .parallelize(numbers(tasks), tasks)
        .map(i -> new double[results][sent.value()[0].length])
        .collect();
    sent.destroy();
  }

  private static List<Integer> numbers(int tasks) {
    return IntStream.range(0, tasks).boxed().toList();
  }
}
