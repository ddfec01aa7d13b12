package dev.hesse.benchmarks;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.hessian.linalg.PowerIteration;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.Wasserstein;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.Split;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Errors of λ_max, trace and density against products spent, on the yardstick's networks whose
 * whole spectrum is known in float64: Hesse's estimators, which share one Krylov space, beside
 * PyHessian's procedure (power iteration, Hutchinson's mean, one run of Lanczos quadrature), which
 * shares the products out as PyHessian did on ResNet20, 18 : 13 : 100. Medians over networks and
 * seeds. Prints a Markdown table and draws the curves.
 *
 * <p>Arguments: the folder with {@code checkpoints/} and {@code reference/}, the folder with
 * CIFAR-10's binary files, the SVG to write, the number of seeds.
 */
public final class EstimatorBenchmark {
  private static final int[] PRODUCTS = {8, 12, 18, 27, 43, 65, 98, 131, 200};
  private static final double POWER_SHARE = 18.0 / 131;
  private static final double TRACE_SHARE = 13.0 / 131;
  private static final Map<String, ResNetConfig> CASES =
      new TreeMap<>(
          Map.of(
              "d8w2", new ResNetConfig(8, 2, 10, true, true, Shortcut.B),
              "d8w4", new ResNetConfig(8, 4, 10, true, true, Shortcut.B),
              "d8w4-a", new ResNetConfig(8, 4, 10, true, true, Shortcut.A),
              "d8w4-nobn", new ResNetConfig(8, 4, 10, true, false, Shortcut.B),
              "d8w4-nores", new ResNetConfig(8, 4, 10, false, true, Shortcut.B)));

  /**
   * Relative errors of one run.
   *
   * @param density the Wasserstein-1 distance to the spectrum over the mean |λ|
   */
  private record Errors(double eigenvalue, double trace, double density) {}

  private EstimatorBenchmark() {}

  public static void main(String[] args) throws IOException {
    Path shared = Path.of(args[0]);
    int seeds = Integer.parseInt(args[3]);
    List<List<Errors>> ours = lists();
    List<List<Errors>> theirs = lists();
    for (Map.Entry<String, ResNetConfig> network : CASES.entrySet()) {
      double[] spectrum =
          Reference.read(shared.resolve("reference").resolve(network.getKey() + ".json"))
              .numbers("eigenvalues")
              .stream()
              .mapToDouble(Double::doubleValue)
              .toArray();
      ResNet net =
          ResNet.load(
              Checkpoint.read(shared.resolve("checkpoints").resolve(network.getKey() + ".pt")),
              network.getValue());
      BatchSource data =
          CifarDataset.open(Path.of(args[1]), Split.TRAIN, Normalization.CIFAR)
              .inOrder(new ExampleOrder.Sequential(), 64);
      CurvatureOperator.Options options =
          new CurvatureOperator.Options(
              Curvature.HESSIAN, 64, Precision.FLOAT32, Device.CPU, 1L << 30, 0, 0, 4);
      try (CurvatureOperator operator = new CurvatureOperator(net, data, options)) {
        for (int i = 0; i < PRODUCTS.length; i++) {
          for (int seed = 0; seed < seeds; seed++) {
            ours.get(i).add(ours(operator, PRODUCTS[i], seed, spectrum));
            theirs.get(i).add(theirs(operator, PRODUCTS[i], seed, spectrum));
          }
        }
      }
      System.err.println(network.getKey());
    }
    print(ours, theirs);
    Files.writeString(Path.of(args[2]), figure(ours, theirs));
  }

  private static List<List<Errors>> lists() {
    List<List<Errors>> lists = new ArrayList<>();
    for (int ignored : PRODUCTS) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private static Errors ours(CurvatureOperator operator, int products, int seed, double[] exact) {
    int forTrace = Math.max(2, (int) Math.round(TRACE_SHARE * products));
    int steps = products - forTrace;
    Lanczos space = Lanczos.fromRademacher(operator, seed, 0, Long.MAX_VALUE);
    SpectralDensity density =
        SpectralDensity.estimate(space, new SpectralDensity.Options(steps, 1), Progress.NONE);
    double largest =
        LanczosEigensolver.solve(
                space,
                new LanczosEigensolver.Options(1, 0, steps, 0, operator.noise()),
                Progress.NONE)
            .top()
            .get(0)
            .value();
    double trace =
        HutchinsonTrace.estimate(
                operator,
                space,
                new int[] {0, operator.dimension()},
                new HutchinsonTrace.Options(forTrace, 0),
                seed,
                Progress.NONE)
            .trace()
            .value();
    return errors(largest, trace, density.adjusted().get(0), exact);
  }

  private static Errors theirs(CurvatureOperator operator, int products, int seed, double[] exact) {
    int forPower = Math.max(2, (int) Math.round(POWER_SHARE * products));
    int forTrace = Math.max(2, (int) Math.round(TRACE_SHARE * products));
    double largest =
        PowerIteration.solve(
                operator, new PowerIteration.Options(1, forPower, 0), seed, Progress.NONE)
            .top()
            .get(0)
            .value();
    double trace =
        HutchinsonTrace.estimate(
                operator, new HutchinsonTrace.Options(forTrace, 0), seed, Progress.NONE)
            .trace()
            .value();
    Lanczos space = Lanczos.fromRademacher(operator, seed, 0, Long.MAX_VALUE);
    SpectralDensity density =
        SpectralDensity.estimate(
            space, new SpectralDensity.Options(products - forPower - forTrace, 1), Progress.NONE);
    return errors(largest, trace, density.runs().get(0), exact);
  }

  private static Errors errors(
      double largest, double trace, SpectralDensity.Run rule, double[] exact) {
    double sum = Arrays.stream(exact).sum();
    double magnitude = Arrays.stream(exact).map(Math::abs).average().orElseThrow();
    double max = Arrays.stream(exact).max().orElseThrow();
    return new Errors(
        Math.abs(largest - max) / max,
        Math.abs(trace - sum) / sum,
        Wasserstein.distance(rule, exact) / magnitude);
  }

  private static double median(List<Errors> runs, int part) {
    double[] sorted = runs.stream().mapToDouble(e -> part(e, part)).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double part(Errors errors, int part) {
    return switch (part) {
      case 0 -> errors.eigenvalue();
      case 1 -> errors.trace();
      default -> errors.density();
    };
  }

  private static void print(List<List<Errors>> ours, List<List<Errors>> theirs) {
    System.out.println(
        "| products | λ_max, Hesse | PyHessian's | trace, Hesse | PyHessian's |"
            + " density (W₁), Hesse | PyHessian's |");
    System.out.println("|---:|---:|---:|---:|---:|---:|---:|");
    for (int i = 0; i < PRODUCTS.length; i++) {
      StringBuilder row = new StringBuilder("| " + PRODUCTS[i] + " |");
      for (int part = 0; part < 3; part++) {
        for (List<List<Errors>> runs : List.of(ours, theirs)) {
          row.append(String.format(Locale.ROOT, " %.1e |", median(runs.get(i), part)));
        }
      }
      System.out.println(row);
    }
  }

  private static String figure(List<List<Errors>> ours, List<List<Errors>> theirs) {
    ErrorCurves curves = new ErrorCurves(PRODUCTS);
    String[] titles = {"largest eigenvalue", "trace", "density: Wasserstein-1 over mean |λ|"};
    for (int part = 0; part < titles.length; part++) {
      int of = part;
      curves.panel(
          titles[part],
          ours.stream().mapToDouble(runs -> median(runs, of)).toArray(),
          theirs.stream().mapToDouble(runs -> median(runs, of)).toArray());
    }
    return curves.svg();
  }
}
