package dev.hesse.benchmarks;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.models.Precision;
import java.util.Arrays;

/**
 * Times products with the Hessian of a ResNet over several mini-batches of random images within a
 * memory budget: seconds to open the operator, of a product, and a vector in the block that the
 * operator prefers.
 *
 * <p>Arguments: depth, width, mini-batch, repeats, images, memory in MiB.
 */
public final class OperatorBenchmark {
  private OperatorBenchmark() {}

  public static void main(String[] args) {
    CurvatureOperator.Options options =
        new CurvatureOperator.Options(
            Curvature.HESSIAN,
            Integer.parseInt(args[2]),
            Precision.FLOAT32,
            Device.CPU,
            Long.parseLong(args[5]) << 20);
    long start = System.nanoTime();
    try (CurvatureOperator operator =
        new CurvatureOperator(
            RandomNetwork.resNet(Integer.parseInt(args[0]), Integer.parseInt(args[1])),
            RandomNetwork.images(Integer.parseInt(args[4])),
            options)) {
      Timer.print("open", Timer.secondsSince(start));
      int block = operator.preferredBlock();
      double[][] x = new double[block][];
      Arrays.fill(x, RandomNetwork.direction(operator.dimension()));
      double[][] y = new double[block][operator.dimension()];
      Timer timer = new Timer();
      timer.add("product", 1, () -> operator.apply(x[0], y[0]));
      if (block > 1) {
        timer.add("product-block", block, () -> operator.applyBlock(x, y));
      }
      timer.printSeconds(Integer.parseInt(args[3]));
      Timer.print("mini-batches", operator.miniBatches());
      Timer.print("kept-mini-batches", operator.keptMiniBatches());
    }
  }
}
