package dev.hesse.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a measurement depends on, as far as the system says. */
final class Machine {
  /** The name under which {@link #load()} at the start is described. */
  static final String LOAD = "load at the start";

  static final String CORES = "cores";
  private static final String UNKNOWN = "unknown";

  private Machine() {}

  static void describeTo(Measurements measurements) {
    measurements.describe("processor", find("/proc/cpuinfo", "model name\\s*:\\s*(.*)"));
    measurements.describe(
        "vector instructions", find("/proc/cpuinfo", "flags\\s*:.*\\b(avx512f|avx2|avx)\\b"));
    measurements.describe(CORES, Integer.toString(Runtime.getRuntime().availableProcessors()));
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

  /** Whether, when a measurement began, more than its cores could do was to be done already. */
  static boolean busy(Map<String, String> described) {
    String cores = described.getOrDefault(CORES, UNKNOWN);
    String load = described.getOrDefault(LOAD, UNKNOWN);
    return !cores.equals(UNKNOWN)
        && !load.equals(UNKNOWN)
        && Double.parseDouble(load.substring(0, load.indexOf(' '))) > Integer.parseInt(cores);
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
