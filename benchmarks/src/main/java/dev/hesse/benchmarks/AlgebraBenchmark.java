package dev.hesse.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.BasisStorage;
import dev.hesse.hessian.linalg.Chunks;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.ProductJournal;
import dev.hesse.hessian.linalg.SumOperator;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.npy.Npy;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Times what Lanczos and the journal of products add to a product, on a model of {@link
 * LargeModel}. Prints a line for each number of steps: medians of three, in seconds, and in seconds
 * of all cores together, which other work on the machine changes less.
 *
 * <p>Steps between those that are timed multiply by a diagonal matrix, which takes next to no time
 * and leaves the algebra as it is. Arguments: the folder of {@link LargeModel}, how many of its
 * images, how many Lanczos vectors stay in Java's heap, the folder for the others, and numbers of
 * steps, ascending.
 */
public final class AlgebraBenchmark {
  private static final int REPEATS = 3;

  private AlgebraBenchmark() {}

  /** The Hessian, or the diagonal matrix, and how long the last product took. */
  private static final class Timed implements SymmetricOperator {
    private final CurvatureOperator hessian;
    private boolean real;
    private double[] seconds = new double[2];

    Timed(CurvatureOperator hessian) {
      this.hessian = hessian;
    }

    @Override
    public int dimension() {
      return hessian.dimension();
    }

    @Override
    public void apply(double[] x, double[] y) {
      double[] start = now();
      if (real) {
        hessian.apply(x, y);
      } else {
        Chunks.forEach(
            x.length,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                y[i] = (1 + Math.floorMod(i * 31L, 1009)) * x[i];
              }
            });
      }
      seconds = since(start);
    }
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int examples = Integer.parseInt(args[1]);
    int held = Integer.parseInt(args[2]);
    Path spill = Path.of(args[3]);
    Objective objective =
        SavedModels.open(folder.resolve("model"))
            .objective(
                LabelledArrays.of(
                    Npy.readArray(folder.resolve("images.npy")),
                    Npy.readArray(folder.resolve("labels.npy"))),
                ObjectiveOptions.DEFAULT);
    CurvatureOperator.Options options =
        new CurvatureOperator.Options(
            Curvature.HESSIAN, examples, Precision.FLOAT32, Device.CPU, 8L << 30);
    Path file = Files.createTempFile(spill, "journal", "");
    try (CurvatureOperator hessian =
        new CurvatureOperator(
            objective.loss(),
            objective.data().inOrder(new ExampleOrder.Sequential(), examples),
            options)) {
      Timed operator = new Timed(hessian);
      int n = hessian.dimension();
      Lanczos space =
          Lanczos.fromRademacher(
              operator, 1, 0, new BasisStorage((long) held * n * Float.BYTES, Optional.of(spill)));
      for (int steps : Arrays.stream(args, 4, args.length).mapToInt(Integer::parseInt).toArray()) {
        List<double[]> algebra = new ArrayList<>();
        List<double[]> products = new ArrayList<>();
        while (space.steps() < steps) {
          operator.real = space.steps() >= steps - REPEATS;
          double[] start = now();
          space.step();
          if (operator.real) {
            products.add(operator.seconds);
            algebra.add(beside(since(start), operator.seconds));
          }
        }
        System.out.printf(
            "%,d parameters, %d images, step %d, %d vectors on disk: product %s, algebra %s%n",
            n, examples, steps, Math.max(0, steps - held), median(products), median(algebra));
      }
      List<double[]> journal = new ArrayList<>();
      try (ProductJournal kept = ProductJournal.begin(SumOperator.of(operator), file, 1)) {
        double[] x = hessian.gradient();
        double[] y = new double[n];
        for (int i = 0; i < REPEATS; i++) {
          double[] start = now();
          kept.apply(x, y);
          journal.add(beside(since(start), operator.seconds));
        }
      }
      System.out.printf("a product into the journal %s%n", median(journal));
    } finally {
      Files.delete(file);
    }
  }

  /** The time, and that of the process on all cores. */
  private static double[] now() {
    long cpu = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    return new double[] {System.nanoTime() * 1e-9, cpu * 1e-9};
  }

  private static double[] since(double[] start) {
    return beside(now(), start);
  }

  private static double[] beside(double[] all, double[] part) {
    return new double[] {all[0] - part[0], all[1] - part[1]};
  }

  private static String median(List<double[]> seconds) {
    return "%.2f (%.2f)".formatted(median(seconds, 0), median(seconds, 1));
  }

  private static double median(List<double[]> seconds, int which) {
    double[] sorted = seconds.stream().mapToDouble(s -> s[which]).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
