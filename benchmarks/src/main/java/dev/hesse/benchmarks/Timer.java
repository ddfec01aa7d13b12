package dev.hesse.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Times several computations in turn, so that what else the machine does hits all alike. */
final class Timer {
  private record Run(Runnable body, int parts) {}

  private final Map<String, Run> runs = new LinkedHashMap<>();

  /**
   * Adds a computation.
   *
   * @param parts by what its seconds are divided
   */
  void add(String name, int parts, Runnable body) {
    runs.put(name, new Run(body, parts));
  }

  /** Runs all once untimed and {@code repeats} times in turn; prints {@code NAME seconds…} each. */
  void printSeconds(int repeats) {
    runs.values().forEach(run -> run.body().run());
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (int i = 0; i < repeats; i++) {
      runs.forEach(
          (name, run) -> {
            long begin = System.nanoTime();
            run.body().run();
            seconds
                .computeIfAbsent(name, key -> new ArrayList<>())
                .add(secondsSince(begin) / run.parts());
          });
    }
    seconds.forEach(Timer::print);
  }

  static void print(String name, List<Double> values) {
    StringBuilder line = new StringBuilder(name);
    values.forEach(value -> line.append(String.format(Locale.ROOT, " %.5f", value)));
    System.out.println(line);
  }

  static void print(String name, double value) {
    print(name, List.of(value));
  }

  static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }
}
