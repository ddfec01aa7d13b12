package dev.hesse.benchmarks;

import dev.hesse.hessian.CompiledLoss;
import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.KeptBatch;
import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import java.util.Arrays;
import org.tensorflow.TensorFlow;

/**
 * Times the loss, its gradient and Hessian-vector products of a ResNet with random weights on one
 * batch of random images, in turn, and prints a line {@code NAME seconds…} for each; seconds from
 * nothing to the first of each kind; kept memory, and where a product's time goes.
 *
 * <p>Arguments: depth, width, batch, repeats, block.
 */
public final class ProductBenchmark {
  private ProductBenchmark() {}

  public static void main(String[] args) {
    int batchSize = Integer.parseInt(args[2]);
    int repeats = Integer.parseInt(args[3]);
    int block = Integer.parseInt(args[4]);
    ResNet net = RandomNetwork.resNet(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    Batch batch = RandomNetwork.batch(batchSize);
    System.out.println("# TensorFlow " + TensorFlow.version());
    long start = System.nanoTime();
    LossGraph graph = net.lossGraph(batchSize, Precision.FLOAT32);
    try (CompiledLoss loss =
        new CompiledLoss(graph, net.weights(), Curvature.HESSIAN, Device.CPU)) {
      int dimension = graph.parameters().dimension();
      double[] direction = RandomNetwork.direction(dimension);
      double[][] directions = new double[block][];
      Arrays.fill(directions, direction);
      loss.evaluate(batch);
      Timer.print("first-forward", Timer.secondsSince(start));
      loss.gradient(batch);
      Timer.print("first-gradient", Timer.secondsSince(start));
      try (KeptBatch kept = loss.differentiate(batch, true).kept()) {
        loss.product(kept, direction);
        Timer.print("first-product", Timer.secondsSince(start));
        Timer timer = new Timer();
        timer.add("forward", 1, () -> loss.evaluate(batch));
        timer.add("gradient", 1, () -> loss.gradient(batch));
        timer.add("product-kept", 1, () -> loss.product(kept, direction));
        timer.add("product-anew", 1, () -> loss.products(batch, new double[][] {direction}, block));
        timer.add("product-anew-block", block, () -> loss.products(batch, directions, block));
        timer.printSeconds(repeats);
        Timer.print("parameters", dimension);
        Timer.print("kept-megabytes", loss.bytesPerBatch() * 1e-6);
        loss.profile(kept, direction)
            .forEach((type, seconds) -> Timer.print("operation:" + type, seconds));
      }
    }
  }
}
