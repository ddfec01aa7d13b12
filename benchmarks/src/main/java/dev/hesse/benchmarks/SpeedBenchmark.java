package dev.hesse.benchmarks;

import dev.hesse.benchmarks.Measurements.Quantity;
import dev.hesse.benchmarks.Measurements.Side;
import dev.hesse.benchmarks.SpeedPlan.Places;
import dev.hesse.benchmarks.SpeedPlan.Step;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures speed and memory beside PyTorch, in rounds of one process after the other, every second
 * round in the reverse order, and writes the numbers and tables of them after each process.
 *
 * <p>Arguments: the project's folder, a Python with torch or {@code none}, the yardstick's folder,
 * the folder with CIFAR-10's binary files or {@code none}, {@code quick} or {@code full}, the
 * project's revision, and the file to write without its extension; or {@code table} and a file of
 * numbers, whose tables are printed.
 */
public final class SpeedBenchmark {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("TF_CPP_MIN_LOG_LEVEL", "3", "TF_ENABLE_ONEDNN_OPTS", "1");
  private static final Pattern BENCH =
      Pattern.compile("(\\S+) +median (\\S+) s +min \\S+ s .*forward passes");
  private static final Pattern NUMBERS = Pattern.compile("(\\S+)((?: -?\\d\\S*)+)");
  private static final Pattern PROGRAM =
      Pattern.compile("# (TensorFlow) (\\S+)|(torch) ([^,\\s]+),.*");

  private final Measurements measurements = new Measurements();
  private final Set<Step> failed = new HashSet<>();
  private final List<Double> otherWork = new ArrayList<>();

  private SpeedBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args[0].equals("table")) {
      System.out.print(SpeedReport.markdown(Measurements.read(Path.of(args[1]))));
      return;
    }
    Places places =
        new Places(
            Path.of(args[0]),
            optional(args[1]),
            Path.of(args[2]),
            args[3].equals("none") ? null : Path.of(args[3]));
    new SpeedBenchmark().run(places, args[4], args[5], args[6]);
  }

  private static @Nullable String optional(String argument) {
    return argument.equals("none") ? null : argument;
  }

  private void run(Places places, String name, String revision, String file)
      throws IOException, InterruptedException {
    SpeedSize size = SpeedSize.of(name);
    measurements.describe("date", LocalDate.now(ZoneOffset.UTC).toString());
    measurements.describe("Hesse", revision);
    Machine.describeTo(measurements);
    measurements.describe("load at the start", Machine.load());
    Path out = Files.createTempDirectory("hesse-benchmark");
    List<Step> steps = new ArrayList<>(SpeedPlan.steps(places, size, out));
    long start = System.nanoTime();
    double longest = 0;
    for (int round = 1; round <= size.rounds(); round++) {
      double spent = Timer.secondsSince(start);
      if (spent + longest > size.budget().toSeconds() && round > 1) {
        break;
      }
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        System.err.printf(
            "round %d, %d of %d: %s, %s, %s%n",
            round, i + 1, steps.size(), step.study(), step.subject(), side(step));
        measure(round, step, out);
        write(file);
      }
      longest = Math.max(longest, Timer.secondsSince(start) - spent);
      Collections.reverse(steps);
    }
    System.err.printf("%.0f s in all; %s.md%n", Timer.secondsSince(start), file);
  }

  private void write(String file) throws IOException {
    measurements.describe("load at the end", Machine.load());
    measurements.write(Path.of(file + ".tsv"));
    Files.writeString(Path.of(file + ".md"), SpeedReport.markdown(measurements));
  }

  private static String side(Step step) {
    return step.side().name().toLowerCase(Locale.ROOT);
  }

  private void measure(int round, Step step, Path out) throws IOException, InterruptedException {
    if (failed.contains(step)) {
      return;
    }
    otherWork.add(Machine.otherWork());
    DoubleSummaryStatistics work =
        otherWork.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    measurements.describe(Machine.OTHER_WORK, Machine.percent(work.getAverage()));
    measurements.describe(Machine.MOST_OTHER_WORK, Machine.percent(work.getMax()));
    ChildProcess child = ChildProcess.run(step.command(), ENVIRONMENT);
    boolean analysis = step.study().equals(SpeedPlan.ANALYZE) && step.side() == Side.HESSE;
    // An analysis that does not reach its tolerance ends with 4 and its report.
    if (child.status() != 0 && !(analysis && child.status() == 4)) {
      System.err.printf("failed with status %d: %s%n", child.status(), child.errors().strip());
      failed.add(step);
      measurements.describe(
          "failed",
          failed.stream()
              .map(it -> "%s of %s (%s)".formatted(it.study(), it.subject(), side(it)))
              .sorted()
              .collect(Collectors.joining(", ")));
      return;
    }
    for (String line : child.output()) {
      read(line, round, step);
    }
    if (analysis) {
      long products = ReportReader.read(out.resolve("report.json")).cost().hvps();
      add(round, step, "products", (double) products);
    }
    add(round, step, "wall", child.seconds());
    add(round, step, "peak-gigabytes", child.peakGigabytes());
  }

  private void read(String line, int round, Step step) {
    Matcher program = PROGRAM.matcher(line);
    Matcher bench = BENCH.matcher(line);
    Matcher numbers = NUMBERS.matcher(line);
    if (program.matches()) {
      boolean torch = program.group(1) == null;
      measurements.describe(torch ? "PyTorch" : "TensorFlow", program.group(torch ? 4 : 2));
    } else if (bench.matches()) {
      add(round, step, bench.group(1), Double.parseDouble(bench.group(2)));
    } else if (numbers.matches()) {
      for (String value : numbers.group(2).strip().split(" ", -1)) {
        add(round, step, numbers.group(1), Double.parseDouble(value));
      }
    }
  }

  private void add(int round, Step step, String name, double value) {
    measurements.add(round, new Quantity(step.side(), step.study(), step.subject(), name), value);
  }
}
