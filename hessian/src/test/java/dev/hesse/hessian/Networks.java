package dev.hesse.hessian;

import dev.hesse.hessian.linalg.SymmetricOperator;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorflow.ndarray.Shape;

/** Small networks with random weights, and random data for them. */
final class Networks {
  static final ResNetConfig SMALLEST = new ResNetConfig(8, 2, 10, true, true, Shortcut.B);

  /** One of each kind that the family has. */
  static final List<ResNetConfig> KINDS =
      List.of(
          SMALLEST,
          new ResNetConfig(8, 2, 10, true, true, Shortcut.A),
          new ResNetConfig(8, 2, 10, true, false, Shortcut.B),
          new ResNetConfig(8, 2, 3, false, true, Shortcut.B));

  private Networks() {}

  /** Weights as after some training: no scale is 1, no shift or running mean 0. */
  static ResNet random(ResNetConfig config, long seed) {
    Random random = new Random(seed);
    Map<String, double[]> weights = new HashMap<>();
    for (Variable variable :
        new ResNet(config, Map.of()).lossGraph(1, Precision.FLOAT32).variables()) {
      Shape shape = Shape.of(variable.shape().stream().mapToLong(Long::longValue).toArray());
      double[] values = new double[(int) shape.size()];
      double fanIn = (double) shape.size() / shape.get(shape.numDimensions() - 1);
      String name = variable.name();
      for (int i = 0; i < values.length; i++) {
        double value =
            shape.numDimensions() > 1
                ? random.nextGaussian() * Math.sqrt(2 / fanIn)
                : name.endsWith("running_var") || name.endsWith(".weight")
                    ? 0.5 + random.nextDouble()
                    : 0.2 * random.nextGaussian();
        values[i] = (float) value;
      }
      weights.put(name, values);
    }
    return new ResNet(config, weights);
  }

  /** Gaussian images with random labels. */
  static BatchSource data(int examples, int classes, long seed) {
    Random random = new Random(seed);
    float[] images = new float[examples * 32 * 32 * 3];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    int[] labels = random.ints(examples, 0, classes).toArray();
    Batch all = new ImageBatch(images, labels).batch(new int[] {32, 32, 3});
    return new ExampleTable("random", all.arrays()).inOrder(new ExampleOrder.Sequential());
  }

  static double[] gaussian(int n, long seed) {
    Random random = new Random(seed);
    double[] values = new double[n];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** The columns of a matrix with the given numbers. */
  static double[][] columns(SymmetricOperator operator, int... numbers) {
    double[][] units = new double[numbers.length][operator.dimension()];
    double[][] columns = new double[numbers.length][operator.dimension()];
    for (int i = 0; i < numbers.length; i++) {
      units[i][numbers[i]] = 1;
    }
    operator.applyBlock(units, columns);
    return columns;
  }

  /** All columns of a matrix. */
  static double[][] dense(SymmetricOperator operator) {
    return columns(operator, IntStream.range(0, operator.dimension()).toArray());
  }

  /** ‖a − b‖ / ‖b‖. */
  static double relativeDifference(double[] a, double[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }
}
