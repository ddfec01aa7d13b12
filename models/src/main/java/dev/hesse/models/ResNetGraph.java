package dev.hesse.models;

import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Writes a {@link ResNetConfig} as TensorFlow graph operations, NHWC, with the parameter names and
 * order of PyTorch's {@code named_parameters()}. Convolution kernels are height × width × in × out,
 * the classifier's kernel is in × out.
 *
 * @param <T> the graph's element type
 */
final class ResNetGraph<T extends TNumber> {
  static final double BATCH_NORM_EPSILON = 1e-5;
  static final double BATCH_NORM_MOMENTUM = 0.1;
  static final int IMAGE_SIZE = 32;
  static final int IMAGE_CHANNELS = 3;

  /** Whether batch norm uses running statistics or those of the batch. */
  enum Mode {
    EVALUATION,
    TRAINING
  }

  private final Ops tf;
  private final Class<T> type;
  private final ResNetConfig config;
  private final Mode mode;
  private final Map<String, Class<? extends TNumber>> storedTypes;
  private final List<Variable> variables = new ArrayList<>();
  private final Map<String, String> updates = new LinkedHashMap<>();

  /**
   * @param storedTypes element types of variables by name, where another than {@code type}
   */
  ResNetGraph(
      Ops tf,
      Class<T> type,
      ResNetConfig config,
      Mode mode,
      Map<String, Class<? extends TNumber>> storedTypes) {
    this.tf = tf;
    this.type = type;
    this.config = config;
    this.mode = mode;
    this.storedTypes = storedTypes;
  }

  static LossGraph build(ResNetConfig config, Mode mode, int batchSize, Precision precision) {
    try (Graph graph = new Graph()) {
      return new ResNetGraph<>(Ops.create(graph), precision.type(), config, mode, Map.of())
          .write(graph, batchSize, precision);
    }
  }

  private LossGraph write(Graph graph, int batchSize, Precision precision) {
    Operand<T> images =
        tf.withName("images")
            .placeholder(
                type,
                Placeholder.shape(Shape.of(batchSize, IMAGE_SIZE, IMAGE_SIZE, IMAGE_CHANNELS)));
    LossHead head = LossHead.classes(tf, logits(images));
    return new LossGraph(
        graph.toGraphDef(),
        batchSize,
        List.of(
            new LossGraph.Feed("images", Batch.IMAGES),
            new LossGraph.Feed(head.labels(), Batch.LABELS)),
        Optional.of("logits"),
        Optional.of(Loss.SOFTMAX_CROSS_ENTROPY),
        head.loss(),
        head.correct(),
        variables,
        updates,
        precision);
  }

  /**
   * Writes the network up to the class scores, in a node {@code logits}.
   *
   * @param images batch × 32 × 32 × 3; in evaluation mode the batch may be of any size
   */
  Operand<T> logits(Operand<T> images) {
    Operand<T> x = convolution("conv1", images, 3, config.width(), 1);
    x = tf.nn.relu(batchNorm("bn1", x));
    for (int stage = 0; stage < 3; stage++) {
      for (int i = 0; i < config.blocksPerStage(); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        x = block("layer%d.%d".formatted(stage + 1, i), x, config.channels(stage), stride);
      }
    }
    Operand<T> features = tf.math.mean(x, tf.constant(new int[] {1, 2}));
    Operand<T> weight = variable("fc.weight", true, channels(features), config.classes());
    Operand<T> bias = variable("fc.bias", true, config.classes());
    return tf.withName("logits").nn.biasAdd(tf.linalg.matMul(features, weight), bias);
  }

  private Operand<T> block(String name, Operand<T> x, int channels, int stride) {
    Operand<T> y = convolution(name + ".conv1", x, 3, channels, stride);
    y = tf.nn.relu(batchNorm(name + ".bn1", y));
    y = batchNorm(name + ".bn2", convolution(name + ".conv2", y, 3, channels, 1));
    if (config.residual()) {
      y = tf.math.add(y, skip(name, x, channels, stride));
    }
    return tf.nn.relu(y);
  }

  private Operand<T> skip(String name, Operand<T> x, int channels, int stride) {
    int missing = Math.toIntExact(channels - channels(x));
    if (stride == 1 && missing == 0) {
      return x;
    }
    return switch (config.shortcut()) {
      case B ->
          batchNorm(
              name + ".downsample.1", convolution(name + ".downsample.0", x, 1, channels, stride));
      case A -> {
        int[] zero = new int[4];
        int[] end = Arrays.stream(x.shape().asArray()).mapToInt(Math::toIntExact).toArray();
        Operand<T> every =
            tf.stridedSlice(
                x,
                tf.constant(zero),
                tf.constant(end),
                tf.constant(new int[] {1, stride, stride, 1}),
                StridedSlice.endMask(x.shape().hasUnknownDimension() ? 1L : 0L));
        int before = missing / 2;
        int[][] margins = {{0, 0}, {0, 0}, {0, 0}, {before, missing - before}};
        yield tf.pad(every, tf.constant(margins), number(0));
      }
    };
  }

  /** PyTorch's padding of k / 2 on every side, which for stride 2 is not TensorFlow's SAME. */
  private Operand<T> convolution(String name, Operand<T> x, int size, int channels, int stride) {
    Operand<T> kernel = variable(name + ".weight", true, size, size, channels(x), channels);
    List<Long> strides = List.of(1L, (long) stride, (long) stride, 1L);
    long margin = size / 2;
    if (margin == 0) {
      return tf.nn.conv2d(x, kernel, strides, "VALID");
    }
    if (stride == 1) {
      return tf.nn.conv2d(x, kernel, strides, "SAME");
    }
    Conv2d.Options paddings =
        Conv2d.explicitPaddings(0L, 0L, margin, margin, margin, margin, 0L, 0L);
    return tf.nn.conv2d(x, kernel, strides, "EXPLICIT", paddings);
  }

  private Operand<T> batchNorm(String name, Operand<T> x) {
    if (!config.batchNorm()) {
      return x;
    }
    long channels = channels(x);
    Operand<T> gamma = variable(name + ".weight", true, channels);
    Operand<T> beta = variable(name + ".bias", true, channels);
    Operand<T> mean = variable(name + ".running_mean", false, channels);
    Operand<T> variance = variable(name + ".running_var", false, channels);
    if (mode == Mode.TRAINING) {
      if (type == TFloat32.class) {
        return fusedBatchNorm(name, x, gamma, beta, mean, variance);
      }
      Operand<TInt32> axes = tf.constant(new int[] {0, 1, 2});
      Operand<T> batchMean = tf.math.mean(x, axes);
      Operand<T> batchVariance = tf.math.mean(tf.math.square(tf.math.sub(x, batchMean)), axes);
      double count = (double) x.shape().size() / channels;
      Operand<T> unbiased = tf.math.mul(batchVariance, number(count / (count - 1)));
      update(name + ".running_mean", average(mean, batchMean));
      update(name + ".running_var", average(variance, unbiased));
      mean = batchMean;
      variance = batchVariance;
    }
    Operand<T> scale =
        tf.math.mul(gamma, tf.math.rsqrt(tf.math.add(variance, number(BATCH_NORM_EPSILON))));
    Operand<T> shift = tf.math.sub(beta, tf.math.mul(mean, scale));
    return tf.nn.biasAdd(tf.math.mul(x, scale), shift);
  }

  /** TensorFlow's own operation, which exists in single precision only and is twice as fast. */
  private Operand<T> fusedBatchNorm(
      String name,
      Operand<T> x,
      Operand<T> gamma,
      Operand<T> beta,
      Operand<T> mean,
      Operand<T> variance) {
    FusedBatchNorm<T, T> normalized =
        tf.nn.fusedBatchNorm(
            x,
            gamma,
            beta,
            mean,
            variance,
            FusedBatchNorm.isTraining(true),
            FusedBatchNorm.epsilon((float) BATCH_NORM_EPSILON),
            FusedBatchNorm.exponentialAvgFactor((float) BATCH_NORM_MOMENTUM));
    update(name + ".running_mean", normalized.batchMean());
    update(name + ".running_var", normalized.batchVariance());
    return normalized.y();
  }

  private Operand<T> average(Operand<T> running, Operand<T> batch) {
    return tf.math.add(
        tf.math.mul(running, number(1 - BATCH_NORM_MOMENTUM)),
        tf.math.mul(batch, number(BATCH_NORM_MOMENTUM)));
  }

  private void update(String name, Operand<T> next) {
    tf.withName(name + ".next").identity(next);
    updates.put(name, name + ".next");
  }

  private Operand<T> variable(String name, boolean trainable, long... shape) {
    variables.add(new Variable(name, Arrays.stream(shape).boxed().toList(), trainable));
    Class<? extends TNumber> stored = storedTypes.getOrDefault(name, type);
    VarHandleOp handle =
        tf.withName(name).varHandleOp(stored, Shape.of(shape), VarHandleOp.sharedName(name));
    if (stored == type) {
      return tf.withName(name + ".read").readVariableOp(handle, type);
    }
    return tf.dtypes.cast(tf.withName(name + ".read").readVariableOp(handle, stored), type);
  }

  private Operand<T> number(double value) {
    return Constants.scalar(tf, type, value);
  }

  private static long channels(Operand<?> x) {
    return x.shape().get(x.shape().numDimensions() - 1);
  }
}
