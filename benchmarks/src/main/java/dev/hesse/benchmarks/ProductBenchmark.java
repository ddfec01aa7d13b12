package dev.hesse.benchmarks;

import dev.hesse.hessian.CompiledLoss;
import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.KeptBatch;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Times the loss, its gradient and Hessian-vector products of a ResNet with random weights on
 * random images, interleaved, and prints one line {@code NAME seconds…} for each, then memory and
 * where a product's time goes.
 *
 * <p>Arguments: depth, batch, repeats, block.
 */
public final class ProductBenchmark {
  private ProductBenchmark() {}

  public static void main(String[] args) throws IOException {
    int depth = Integer.parseInt(args[0]);
    int batchSize = Integer.parseInt(args[1]);
    int repeats = Integer.parseInt(args[2]);
    int block = Integer.parseInt(args[3]);
    ResNetConfig config = new ResNetConfig(depth, 16, 10, true, true, Shortcut.B);
    ResNet net = new ResNet(config, Map.of());
    LossGraph graph = net.lossGraph(batchSize, Precision.FLOAT32);
    Batch batch = randomBatch(batchSize);
    long start = System.nanoTime();
    try (CompiledLoss loss =
        new CompiledLoss(graph, randomWeights(graph), Curvature.HESSIAN, Device.CPU)) {
      double[] direction = new Random(3).doubles(graph.parameters().dimension(), -1, 1).toArray();
      double[][] directions = new double[block][];
      Arrays.fill(directions, direction);
      try (KeptBatch kept = loss.differentiate(batch, true).kept()) {
        loss.product(kept, direction);
        System.out.printf("compiled-to-first-product %.2f%n", (System.nanoTime() - start) * 1e-9);
        Map<String, Runnable> runs = new LinkedHashMap<>();
        runs.put("forward", () -> loss.evaluate(batch));
        runs.put("gradient", () -> loss.gradient(batch));
        runs.put("product-kept", () -> loss.product(kept, direction));
        runs.put(
            "product-kept-block",
            () -> {
              for (double[] each : directions) {
                loss.product(kept, each);
              }
            });
        runs.put("product-anew", () -> loss.products(batch, new double[][] {direction}, block));
        runs.put("product-anew-block", () -> loss.products(batch, directions, block));
        runs.values().forEach(Runnable::run);
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int i = 0; i < repeats; i++) {
          runs.forEach(
              (name, run) -> {
                long begin = System.nanoTime();
                run.run();
                double spent = (System.nanoTime() - begin) * 1e-9;
                seconds
                    .computeIfAbsent(name, key -> new ArrayList<>())
                    .add(name.endsWith("block") ? spent / block : spent);
              });
        }
        seconds.forEach(
            (name, all) -> {
              System.out.print(name);
              all.forEach(second -> System.out.printf(" %.5f", second));
              System.out.println();
            });
        System.out.printf("kept-bytes %d%n", loss.bytesPerBatch());
        System.out.printf("peak-resident-kilobytes %d%n", peakResidentKilobytes());
        loss.profile(kept, direction)
            .forEach((type, spent) -> System.out.printf("operation %s %.4f%n", type, spent));
      }
    }
  }

  private static Map<String, double[]> randomWeights(LossGraph graph) {
    Random random = new Random(1);
    Map<String, double[]> weights = new HashMap<>();
    for (Variable variable : graph.variables()) {
      int size =
          variable.shape().stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
      double[] values = new double[size];
      double spread = 0.2;
      if (variable.shape().size() > 1) {
        spread = Math.sqrt(2.0 * variable.shape().get(variable.shape().size() - 1) / size);
      }
      double mean = variable.name().matches(".*(running_var|bn\\d\\.weight)") ? 1 : 0;
      double width = mean == 1 ? 0.1 : spread;
      Arrays.setAll(values, i -> mean + width * Math.tanh(random.nextGaussian()));
      weights.put(variable.name(), values);
    }
    return weights;
  }

  static Batch randomBatch(int size) {
    Random random = new Random(2);
    float[] images = new float[size * 32 * 32 * 3];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return new ImageBatch(images, random.ints(size, 0, 10).toArray()).batch(new int[] {32, 32, 3});
  }

  private static long peakResidentKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    return !Files.exists(status)
        ? 0
        : Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElse(0);
  }
}
