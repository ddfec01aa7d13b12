package dev.hesse.benchmarks;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Runs the command on every case of the PyTorch yardstick and prints how far its figures are from
 * the yardstick's, one Markdown table row a case, then the accuracy of trained networks on the
 * whole test file.
 *
 * <p>Arguments: the launcher, the folder with {@code checkpoints/} and {@code reference/}, the
 * folder with CIFAR-10's binary files.
 */
public final class AccuracyReport {
  private static final double STANDARD_ERRORS = 4;

  private final String launcher;
  private final Path shared;
  private final Path cifar;
  private boolean allHold = true;

  private AccuracyReport(String launcher, Path shared, Path cifar) {
    this.launcher = launcher;
    this.shared = shared;
    this.cifar = cifar;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    AccuracyReport report = new AccuracyReport(args[0], Path.of(args[1]), Path.of(args[2]));
    report.spectra();
    report.accuracies();
    if (!report.allHold) {
      System.exit(1);
    }
  }

  private void spectra() throws IOException, InterruptedException {
    System.out.println(
        "| case | loss | gradient norm | λ_max | λ_min | residuals / \\|λ\\| | other λ / λ_max |"
            + " trace | layers' traces, worst | second moment | products | holds |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
    for (String line : Files.readAllLines(shared.resolve("reference/cases.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        List<String> words = new ArrayList<>(List.of(line.trim().split("\\s+")));
        String name = words.remove(0);
        row(
            name,
            analyze(words),
            Reference.read(shared.resolve("reference").resolve(name + ".json")));
      }
    }
  }

  private void row(String name, HessianReport report, Reference exact) {
    var eigenvalues = Objects.requireNonNull(report.eigenvalues());
    var trace = Objects.requireNonNull(report.trace());
    var density = Objects.requireNonNull(report.density());
    List<Double> top = exact.numbers("top");
    List<Double> bottom = exact.numbers("bottom");
    Eigenvalue first = eigenvalues.top().get(0);
    Eigenvalue last = eigenvalues.bottom().get(0);

    double loss = Math.abs(report.loss() - exact.number("loss"));
    double gradient =
        relative(Objects.requireNonNull(report.gradientNorm()), exact.number("gradientNorm"));
    double max = relative(first.value(), top.get(0));
    double min = relative(last.value(), bottom.get(0));
    double residual =
        Math.max(
            first.residual() / Math.abs(first.value()), last.residual() / Math.abs(last.value()));
    double others = 0;
    for (int i = 0; i < eigenvalues.top().size(); i++) {
      others = Math.max(others, Math.abs(eigenvalues.top().get(i).value() - top.get(i)));
    }
    for (int i = 0; i < Math.min(eigenvalues.bottom().size(), bottom.size()); i++) {
      others = Math.max(others, Math.abs(eigenvalues.bottom().get(i).value() - bottom.get(i)));
    }
    others /= top.get(0);
    double traces =
        deviation(
            trace.value(),
            trace.standardError(),
            exact.number("trace"),
            exact.numberOrZero("traceStandardError"));
    double layers = 0;
    for (Layer layer : report.layers()) {
      String key = "layers/" + layer.name() + "/";
      double error = layer.standardError() == null ? 0 : layer.standardError();
      layers =
          Math.max(
              layers,
              deviation(
                  layer.trace(),
                  error,
                  exact.number(key + "trace"),
                  exact.numberOrZero(key + "standardError")));
    }
    double moment =
        density.runs().stream().mapToDouble(AccuracyReport::secondMoment).average().orElseThrow();
    double fourth = top.stream().mapToDouble(value -> Math.pow(value, 4)).sum();
    double momentError =
        Math.sqrt(2 * fourth / density.runs().size()) / report.model().parameters();
    double moments =
        deviation(
            moment,
            momentError,
            exact.number("secondMoment"),
            exact.numberOrZero("secondMomentStandardError"));
    boolean holds =
        loss <= 1e-5
            && gradient <= 1e-4
            && max <= 1e-3
            && min <= 1e-3
            && residual <= 1e-2
            && others <= 1e-3
            && traces <= STANDARD_ERRORS
            && layers <= STANDARD_ERRORS
            && moments <= STANDARD_ERRORS;
    allHold &= holds;
    System.out.printf(
        Locale.ROOT,
        "| %s | %.0e | %.0e | %.0e | %.0e | %.0e | %.0e | %.1f σ | %s | %.1f σ | %d | %s |%n",
        name,
        loss,
        gradient,
        max,
        min,
        residual,
        others,
        traces,
        report.layers().isEmpty() ? "" : "%.1f σ".formatted(layers),
        moments,
        report.cost().hvps(),
        holds ? "yes" : "**no**");
  }

  private void accuracies() throws IOException, InterruptedException {
    String imageNet = "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225";
    System.out.println();
    System.out.println("| checkpoint | input statistics | accuracy | expected | loss | expected |");
    System.out.println("|---|---|---:|---:|---:|---:|");
    accuracy("net.pkl", "", 0.8046, 0.7822467803);
    accuracy("resnet20-12fca82f.th", "--shortcut A " + imageNet, 0.8103, 0.8787962857);
    accuracy("resnet20-12fca82f.th", "--shortcut A", 0.8079, 0.8921814164);
    accuracy("resnet32-d509ac18.th", "--shortcut A " + imageNet, 0.8256, 0.9227079404);
    accuracy("resnet56-4bfd9763.th", "--shortcut A " + imageNet, 0.8320, 0.9422968476);
  }

  private void accuracy(String checkpoint, String options, double expected, double expectedLoss)
      throws IOException, InterruptedException {
    String arguments =
        "--resume CHECKPOINTS/%s %s --data-dir CIFAR --split test --hessian-batch-size all --only accuracy"
            .formatted(checkpoint, options);
    HessianReport report = analyze(List.of(arguments.trim().split("\\s+")));
    double accuracy = Objects.requireNonNull(report.accuracy());
    allHold &= Math.abs(accuracy - expected) <= 1e-3;
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f %% | %.2f %% | %.4f | %.4f |%n",
        checkpoint,
        options.contains("--mean") ? "the checkpoint's own" : "default",
        100 * accuracy,
        100 * expected,
        report.loss(),
        expectedLoss);
  }

  private HessianReport analyze(List<String> arguments) throws IOException, InterruptedException {
    Path out = Files.createTempDirectory("hesse-accuracy");
    List<String> command = new ArrayList<>(List.of(launcher, "analyze"));
    for (String argument : arguments) {
      command.add(
          argument
              .replace("CHECKPOINTS", shared.resolve("checkpoints").toString())
              .replaceFirst("^CIFAR$", cifar.toString()));
    }
    command.addAll(List.of("--quiet", "--out", out.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int code = process.waitFor();
    if (code != 0) {
      allHold = false;
      System.out.printf("%s ended with exit code %d%n", String.join(" ", command), code);
    }
    return ReportReader.read(out.resolve("report.json"));
  }

  private static double relative(double value, double exact) {
    return Math.abs(value - exact) / Math.abs(exact);
  }

  /** The distance of two figures in standard errors of their difference; 0 if they are equal. */
  private static double deviation(
      double value, double standardError, double exact, double exactStandardError) {
    double difference = Math.abs(value - exact);
    return difference == 0 ? 0 : difference / Math.hypot(standardError, exactStandardError);
  }

  private static double secondMoment(Run run) {
    double moment = 0;
    for (int i = 0; i < run.nodes().size(); i++) {
      moment += run.weights().get(i) * run.nodes().get(i) * run.nodes().get(i);
    }
    return moment;
  }
}
