package dev.hesse.benchmarks;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** ResNets with random weights and random images, for measurements that need no trained ones. */
final class RandomNetwork {
  private static final int CLASSES = 10;
  private static final int[] IMAGE = {32, 32, 3};
  private static final int IMAGE_SIZE = 32 * 32 * 3;

  private RandomNetwork() {}

  /** With batch norm, shortcut B and ten classes. */
  static ResNet resNet(int depth, int width) {
    ResNetConfig config = new ResNetConfig(depth, width, CLASSES, true, true, Shortcut.B);
    Random random = new Random(1);
    Map<String, double[]> weights = new HashMap<>();
    for (Variable variable : ResNet.variables(config)) {
      int size =
          variable.shape().stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
      double[] values = new double[size];
      double spread = 0.2;
      if (variable.shape().size() > 1) {
        spread = Math.sqrt(2.0 * variable.shape().get(variable.shape().size() - 1) / size);
      }
      double mean = variable.name().matches(".*(running_var|bn\\d\\.weight)") ? 1 : 0;
      double deviation = mean == 1 ? 0.1 : spread;
      Arrays.setAll(values, i -> mean + deviation * Math.tanh(random.nextGaussian()));
      weights.put(variable.name(), values);
    }
    return new ResNet(config, weights);
  }

  static Batch batch(int size) {
    return images(size).read(0, size);
  }

  static BatchSource images(int count) {
    Random random = new Random(2);
    float[] images = new float[count * IMAGE_SIZE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return new Images(images, random.ints(count, 0, CLASSES).toArray());
  }

  /** A vector of the network's parameters. */
  static double[] direction(int dimension) {
    return new Random(3).doubles(dimension, -1, 1).toArray();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Images(float[] inputs, int[] labels) implements BatchSource {
    @Override
    public String source() {
      return "random images";
    }

    @Override
    public int examples() {
      return labels.length;
    }

    @Override
    public Batch read(int from, int count) {
      return new ImageBatch(
              Arrays.copyOfRange(inputs, from * IMAGE_SIZE, (from + count) * IMAGE_SIZE),
              Arrays.copyOfRange(labels, from, from + count))
          .batch(IMAGE);
    }

    @Override
    public BatchSource reordered(int[] order) {
      throw new UnsupportedOperationException();
    }
  }
}
