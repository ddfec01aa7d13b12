package dev.hesse.benchmarks;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.BlockLanczos;
import dev.hesse.hessian.linalg.Criterion;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.hessian.linalg.Wanted;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.Split;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Products with the Hessian of ResNet20 until the k largest eigenpairs have residuals ‖Hv − λv‖ ≤
 * 1e-3·‖H‖: power iteration with deflation, one pair after the other; Lanczos with one start vector
 * and room for all; thick-restart Lanczos within 2k + 20 vectors, from one vector, from a block of
 * four, and from the eigenvectors of the same network on as many images of the test split. Prints a
 * Markdown table.
 *
 * <p>Arguments: the checkpoint, the folder with CIFAR-10's binary files, the number of images, and
 * each k.
 */
public final class EigenvalueBenchmark {
  private static final double TOLERANCE = 1e-3;
  private static final int MOST = 4_000;

  private EigenvalueBenchmark() {}

  public static void main(String[] args) throws IOException {
    ResNet net =
        ResNet.load(
            Checkpoint.read(Path.of(args[0])),
            new ResNetConfig(20, 16, 10, true, true, ResNetConfig.Shortcut.B));
    Dataset images = CifarDataset.open(Path.of(args[1]), Split.TRAIN, Normalization.CIFAR);
    int count = Integer.parseInt(args[2]);
    Dataset others = CifarDataset.open(Path.of(args[1]), Split.TEST, Normalization.CIFAR);
    CurvatureOperator.Options options =
        new CurvatureOperator.Options(
            Curvature.HESSIAN, count, Precision.FLOAT32, Device.CPU, 4L << 30);
    try (CurvatureOperator operator =
            new CurvatureOperator(
                net, images.inOrder(new ExampleOrder.Sequential(), count), options);
        CurvatureOperator other =
            new CurvatureOperator(
                net, others.inOrder(new ExampleOrder.Sequential(), count), options)) {
      System.out.println(
          "| k | power iteration | Lanczos | thick restart | block of 4 | from other images' vectors |");
      System.out.println("|---:|---:|---:|---:|---:|---:|");
      for (String k : Arrays.asList(args).subList(3, args.length)) {
        row(operator, other, Integer.parseInt(k));
      }
    }
  }

  private static void row(CurvatureOperator operator, CurvatureOperator other, int k) {
    Eigenpairs lanczos =
        LanczosEigensolver.solve(
            Lanczos.fromGaussian(operator, 1, Long.MAX_VALUE),
            new LanczosEigensolver.Options(k, 0, MOST, TOLERANCE, Criterion.NORM, operator.noise()),
            Progress.NONE);
    double norm = lanczos.top().get(0).value();
    List<double[]> before =
        restarted(other, k, 1, List.of()).top().stream().map(pair -> pair.vector().get()).toList();
    System.out.printf(
        "| %d | %s | %s | %s | %s | %s |%n",
        k,
        power(operator, k, norm),
        products(lanczos),
        products(restarted(operator, k, 1, List.of())),
        products(restarted(operator, k, 4, List.of())),
        products(restarted(operator, k, k, before)));
    System.err.println(
        lanczos.top().stream().map(Eigenpair::value).map("%.5g"::formatted).toList());
  }

  private static Eigenpairs restarted(
      CurvatureOperator operator, int k, int block, List<double[]> start) {
    return BlockLanczos.solve(
        operator,
        start,
        new BlockLanczos.Options(
            new Wanted.Ends(k, 0),
            block,
            MOST,
            Math.max(2 * k + 20, k + 2 * block + 1),
            TOLERANCE,
            Criterion.NORM,
            operator.noise()),
        1,
        Progress.NONE);
  }

  private static String products(Eigenpairs found) {
    return found.status().converged()
        ? "%,d".formatted(found.products())
        : "more than %,d".formatted(found.products());
  }

  /** Each pair from a Gaussian vector, until its own residual is small enough. */
  private static String power(SymmetricOperator operator, int k, double norm) {
    int n = operator.dimension();
    List<double[]> found = new ArrayList<>();
    Random random = new Random(1);
    int products = 0;
    while (found.size() < k && products < MOST) {
      double[] v = random.doubles(n, -1, 1).toArray();
      orthonormalize(v, found);
      double[] y = new double[n];
      for (double residual = norm; residual > TOLERANCE * norm && products < MOST; products++) {
        operator.apply(v, y);
        double lambda = Vectors.dot(v, y);
        double[] rest = y.clone();
        Vectors.addScaled(rest, -lambda, v);
        residual = Vectors.norm(rest);
        if (residual > TOLERANCE * norm) {
          v = y.clone();
          orthonormalize(v, found);
        }
      }
      found.add(v);
    }
    return products < MOST ? "%,d".formatted(products) : "more than %,d".formatted(products);
  }

  private static void orthonormalize(double[] v, List<double[]> others) {
    for (double[] other : others) {
      Vectors.addScaled(v, -Vectors.dot(v, other), other);
    }
    Vectors.scale(v, 1 / Vectors.norm(v));
  }
}
