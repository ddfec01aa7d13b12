package dev.hesse.benchmarks;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.Probes;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.ExampleTable;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Makes many products, then opens and closes as many operators as asked, and prints on the way what
 * the process holds: resident memory, Java's heap, threads, open files. Arguments: products,
 * operators.
 */
public final class LeakCheck {
  private static final int EXAMPLES = 20;
  private static final int LINES = 10;

  private LeakCheck() {}

  public static void main(String[] args) throws IOException {
    int products = Integer.parseInt(args[0]);
    int operators = Integer.parseInt(args[1]);
    ResNet net = network(new ResNetConfig(8, 4, 10, true, true, Shortcut.B));
    BatchSource data = data();
    long onlyOne = 6_000_000; // bytes: at least one of the mini-batches is computed anew
    try (CurvatureOperator operator = open(net, data, onlyOne)) {
      System.out.printf(
          "%d of %d mini-batches kept%n", operator.keptMiniBatches(), operator.miniBatches());
      double[] x = new Probes(1).rademacher(0, operator.dimension());
      double[] y = new double[x.length];
      for (int i = 1; i <= products; i++) {
        operator.apply(x, y);
        if (i % Math.max(1, products / LINES) == 0) {
          print(i + " products");
        }
      }
    }
    for (int i = 1; i <= operators; i++) {
      try (CurvatureOperator operator = open(net, data, Long.MAX_VALUE / 4)) {
        double[] x = new Probes(1).rademacher(0, operator.dimension());
        operator.apply(x, new double[x.length]);
      }
      if (i % Math.max(1, operators / LINES) == 0) {
        print(i + " operators");
      }
    }
  }

  private static CurvatureOperator open(ResNet net, BatchSource data, long memory) {
    return new CurvatureOperator(
        net,
        data,
        new CurvatureOperator.Options(
            Curvature.HESSIAN, EXAMPLES / 2, Precision.FLOAT32, Device.CPU, memory));
  }

  private static ResNet network(ResNetConfig config) {
    Random random = new Random(1);
    Map<String, double[]> weights = new HashMap<>();
    for (Variable variable :
        new ResNet(config, Map.of()).lossGraph(1, Precision.FLOAT32).variables()) {
      double[] values =
          new double
              [variable.shape().stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact)];
      Arrays.setAll(values, i -> 0.1 + 0.1 * random.nextDouble());
      weights.put(variable.name(), values);
    }
    return new ResNet(config, weights);
  }

  private static BatchSource data() {
    Random random = new Random(2);
    float[] images = new float[EXAMPLES * 32 * 32 * 3];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    Batch all =
        new ImageBatch(images, random.ints(EXAMPLES, 0, 10).toArray()).batch(new int[] {32, 32, 3});
    return new ExampleTable("random", all.arrays()).inOrder(new ExampleOrder.Sequential());
  }

  private static void print(String when) throws IOException {
    System.gc();
    Runtime java = Runtime.getRuntime();
    System.out.printf(
        "%s: resident %d MB, heap %d MB, threads %d, open files %d%n",
        when,
        status("VmRSS:") >> 10,
        (java.totalMemory() - java.freeMemory()) >> 20,
        status("Threads:"),
        openFiles());
  }

  private static long status(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
