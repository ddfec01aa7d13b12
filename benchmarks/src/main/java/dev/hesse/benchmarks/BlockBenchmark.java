package dev.hesse.benchmarks;

import dev.hesse.hessian.CompiledLoss;
import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.Device;
import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import java.util.Arrays;

/**
 * Times Hessian-vector products of a block of vectors that compute the values they read anew, on a
 * ResNet with random weights and one batch of random images. Prints seconds from nothing to the
 * first block, and seconds a vector.
 *
 * <p>Arguments: depth, width, batch, repeats, block.
 */
public final class BlockBenchmark {
  private BlockBenchmark() {}

  public static void main(String[] args) {
    int batchSize = Integer.parseInt(args[2]);
    int block = Integer.parseInt(args[4]);
    ResNet net = RandomNetwork.resNet(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    Batch batch = RandomNetwork.batch(batchSize);
    long start = System.nanoTime();
    LossGraph graph = net.lossGraph(batchSize, Precision.FLOAT32);
    try (CompiledLoss loss =
        new CompiledLoss(graph, net.weights(), Curvature.HESSIAN, Device.CPU)) {
      double[][] directions = new double[block][];
      Arrays.fill(directions, RandomNetwork.direction(graph.parameters().dimension()));
      loss.products(batch, directions, block);
      Timer.print("first-block", Timer.secondsSince(start));
      Timer timer = new Timer();
      timer.add("forward", 1, () -> loss.evaluate(batch));
      timer.add("product", block, () -> loss.products(batch, directions, block));
      timer.printSeconds(Integer.parseInt(args[3]));
    }
  }
}
