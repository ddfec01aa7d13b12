package dev.hesse.models.serving;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.LossGraph;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetWeights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;

/** Networks to export, and what they are expected to give. */
final class Fixtures {
  private static final Path ROOT = Path.of(System.getProperty("hesse.root"));
  private static final int PIXELS = 32 * 32 * 3;

  private Fixtures() {}

  /** A small network with random weights, made by PyTorch. */
  static Checkpoint checkpoint(String kind) throws IOException {
    return Checkpoint.read(ROOT.resolve("testdata/resnet").resolve(kind + ".pt"));
  }

  static Path shared(String file) {
    return ROOT.resolveSibling("shared").resolve(file);
  }

  static ResNetConfig config(String kind, Checkpoint checkpoint) {
    return new ResNetWeights(checkpoint)
        .fittingConfigs().stream()
            .filter(config -> config.residual() != kind.contains("no-res"))
            .findFirst()
            .orElseThrow();
  }

  static Checkpoint withTensors(Checkpoint checkpoint, Map<String, StoredTensor> tensors) {
    return new Checkpoint(checkpoint.path(), checkpoint.format(), checkpoint.sha256(), tensors);
  }

  /** The checkpoint with other tensors in place of its floating-point ones. */
  static Checkpoint map(Checkpoint checkpoint, UnaryOperator<StoredTensor> change) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(checkpoint.tensors());
    tensors.replaceAll(
        (name, tensor) -> tensor.dtype().isFloating() ? change.apply(tensor) : tensor);
    return withTensors(checkpoint, tensors);
  }

  static StoredTensor scalar(DType dtype, long value) {
    ByteBuffer data = ByteBuffer.allocate(dtype.bytes());
    for (int i = 0; i < dtype.bytes(); i++) {
      data.put(i, (byte) (value >> (8 * i)));
    }
    return new StoredTensor(dtype, new long[0], data);
  }

  static float[] images(int count) {
    Random random = new Random(1);
    float[] images = new float[count * PIXELS];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  static byte[] bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** The logits of the first images by {@link ResNet#lossGraph} in float64. */
  static double[] logits(ResNet net, float[] images, int count) {
    LossGraph loss = net.lossGraph(count, Precision.FLOAT64);
    double[] pixels = new double[count * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = images[i];
    }
    try (Graph graph = new Graph();
        TFloat64 input = TFloat64.tensorOf(Shape.of(count, 32, 32, 3), DataBuffers.of(pixels))) {
      graph.importGraphDef(loss.graph());
      Ops tf = Ops.create(graph);
      try (Session session = new Session(graph)) {
        for (LossGraph.Variable variable : loss.variables()) {
          Shape shape = Shape.of(variable.shape().stream().mapToLong(Long::longValue).toArray());
          Operand<TFloat64> value = tf.placeholder(TFloat64.class, Placeholder.shape(shape));
          var assign = tf.assignVariableOp(graph.outputOrThrow(variable.name()), value);
          try (TFloat64 tensor =
              TFloat64.tensorOf(shape, DataBuffers.of(net.weights().get(variable.name())))) {
            session.runner().feed(value, tensor).addTarget(assign).run().close();
          }
        }
        try (Result result = session.runner().feed("images", input).fetch("logits").run()) {
          double[] logits = new double[count * net.classes()];
          ((TFloat64) result.get(0)).copyTo(DataBuffers.of(logits, false, false));
          return logits;
        }
      }
    }
  }
}
