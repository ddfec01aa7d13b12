package dev.hesse.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a process did.
 *
 * @param status its exit status
 * @param output the lines of its standard output
 * @param errors its standard error
 * @param seconds from its start to its end
 * @param peakGigabytes the most memory that it had resident, NaN where the system does not say
 */
record ChildProcess(
    int status, List<String> output, String errors, double seconds, double peakGigabytes) {
  private static final long POLL_MILLIS = 20;

  static ChildProcess run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("hesse-benchmark", ".out");
    Path errors = Files.createTempFile("hesse-benchmark", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      builder.environment().putAll(environment);
      long start = System.nanoTime();
      Process process = builder.start();
      try {
        double peak = Double.NaN;
        while (process.isAlive()) {
          double resident = peakGigabytes(process.pid());
          peak = Double.isNaN(resident) ? peak : resident;
          Thread.sleep(POLL_MILLIS);
        }
        return new ChildProcess(
            process.waitFor(),
            Files.readAllLines(output),
            Files.readString(errors),
            Timer.secondsSince(start),
            peak);
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /** The kernel's own high-water mark; what it grows by after the last look is missed. */
  private static double peakGigabytes(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024e-9)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException ended) {
      return Double.NaN;
    }
  }
}
