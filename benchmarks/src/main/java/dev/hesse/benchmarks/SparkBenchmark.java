package dev.hesse.benchmarks;

import dev.hesse.spark.SparkConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a product over a cluster costs beside its arithmetic, in parts: tasks that do nothing, tasks
 * that get n floats by broadcast, and tasks that also give n doubles back. Prints medians in
 * milliseconds. Arguments: master URL, n, tasks, rounds.
 */
public final class SparkBenchmark {
  private SparkBenchmark() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    int n = Integer.parseInt(args[1]);
    int tasks = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    try (SparkConnection connection = SparkConnection.open(args[0], OptionalLong.empty())) {
      JavaSparkContext spark = connection.spark();
      List<Integer> parts = IntStream.range(0, tasks).boxed().toList();
      float[] vector = new float[n];
      Arrays.fill(vector, 1);
      List<Runnable> kinds =
          List.of(
              () -> spark.parallelize(parts, tasks).map(i -> i).collect(),
              () -> {
                Broadcast<float[]> sent = spark.broadcast(vector);
                spark.parallelize(parts, tasks).map(i -> sent.value().length).collect();
                sent.destroy();
              },
              () -> {
                Broadcast<float[]> sent = spark.broadcast(vector);
                spark
                    .parallelize(parts, tasks)
                    .map(i -> Arrays.copyOf(new double[] {sent.value()[0]}, sent.value().length))
                    .collect();
                sent.destroy();
              },
              () -> {
                Broadcast<float[][]> sent = spark.broadcast(new float[8][n]);
                spark
                    .parallelize(parts, tasks)
                    .map(i -> new double[8][sent.value()[0].length])
                    .collect();
                sent.destroy();
              });
      List<String> names =
          List.of("tasks", "tasks, broadcast", "tasks, broadcast, results", "the same, block of 8");
      List<List<Double>> times = new ArrayList<>();
      kinds.forEach(kind -> times.add(new ArrayList<>()));
      for (int round = -5; round < rounds; round++) {
        for (int kind = 0; kind < kinds.size(); kind++) {
          long start = System.nanoTime();
          kinds.get(kind).run();
          if (round >= 0) {
            times.get(kind).add((System.nanoTime() - start) * 1e-6);
          }
        }
      }
      for (int kind = 0; kind < kinds.size(); kind++) {
        List<Double> sorted = times.get(kind).stream().sorted().toList();
        System.out.printf(
            "%-28s median %7.1f ms, fastest %7.1f ms%n",
            names.get(kind), sorted.get(sorted.size() / 2), sorted.get(0));
      }
    }
  }
}
