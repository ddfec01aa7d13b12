package dev.hesse.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a measurement depends on, as far as the system says. */
final class Machine {
  /** The name under which the mean of {@link #otherWork()} is described, in percent. */
  static final String OTHER_WORK = "other work, before a process on average";

  /** That of the most. */
  static final String MOST_OTHER_WORK = "other work, before a process at most";

  private static final double LITTLE = 0.1;

  private static final String UNKNOWN = "unknown";

  private Machine() {}

  static void describeTo(Measurements measurements) {
    measurements.describe("processor", find("/proc/cpuinfo", "model name\\s*:\\s*(.*)"));
    measurements.describe(
        "vector instructions", find("/proc/cpuinfo", "flags\\s*:.*\\b(avx512f|avx2|avx)\\b"));
    measurements.describe("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    String kilobytes = find("/proc/meminfo", "MemTotal:\\s*(\\d+)");
    measurements.describe(
        "memory",
        kilobytes.equals(UNKNOWN)
            ? UNKNOWN
            : Spread.number(Double.parseDouble(kilobytes) * 1024e-9) + " GB");
    measurements.describe(
        "kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    measurements.describe("Java", System.getProperty("java.runtime.version"));
  }

  /** Whether other work took more than a tenth of the processors while nothing was measured. */
  static boolean busy(Map<String, String> described) {
    String work = described.getOrDefault(OTHER_WORK, UNKNOWN);
    return !work.equals(UNKNOWN)
        && Double.parseDouble(work.substring(0, work.indexOf(' '))) > 100 * LITTLE;
  }

  /**
   * The share of the processors' time that is used while nothing is measured, over half a second;
   * NaN where the system doesn't say.
   */
  static double otherWork() throws InterruptedException {
    long[] before = ticks();
    Thread.sleep(500);
    long[] after = ticks();
    return (after[0] - before[0]) / (double) (after[1] - before[1]);
  }

  static String percent(double share) {
    return Double.isNaN(share) ? UNKNOWN : Math.round(100 * share) + " %";
  }

  /** Ticks of the system's clock that processors worked, and all of them. */
  private static long[] ticks() {
    String[] ticks = find("/proc/stat", "cpu +(.*)").split(" ");
    if (ticks.length < 8) {
      return new long[2];
    }
    long all = Arrays.stream(ticks).limit(8).mapToLong(Long::parseLong).sum();
    long idle = Long.parseLong(ticks[3]) + Long.parseLong(ticks[4]);
    return new long[] {all - idle, all};
  }

  /** Running or waiting processes, means over 1, 5 and 15 minutes. */
  static String load() {
    return find("/proc/loadavg", "(\\S+ \\S+ \\S+).*");
  }

  private static String find(String file, String line) {
    try {
      Matcher matcher = Pattern.compile(line).matcher(Files.readString(Path.of(file)));
      return matcher.find() ? matcher.group(1) : UNKNOWN;
    } catch (IOException absent) {
      return UNKNOWN;
    }
  }
}
