package dev.hesse.benchmarks;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.serving.VariableSaver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VariableDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Writes a SavedModel of ResNet-50's shape, 25,557,032 parameters for images of 224×224, with
 * random weights, and images and labels for it, all from a seed: something large to analyse without
 * a download.
 *
 * <p>Convolutions have He's initialisation; batch norm is in inference mode with mean 0 and
 * variance 1, and its scale is small at the end of each residual branch, so that activations keep
 * their size. Arguments: a folder, which gets {@code model}, {@code images.npy} and {@code
 * labels.npy}, and how many images.
 */
public final class LargeModel {
  private static final int SIZE = 224;
  private static final int CLASSES = 1000;
  private static final int[] BLOCKS = {3, 4, 6, 3};
  private static final int EXPANSION = 4;
  private static final float BRANCH_SCALE = 0.25f;
  private static final long SEED = 1;

  private final Graph graph;
  private final Ops tf;
  private final Random random = new Random(SEED);
  private final Map<String, StoredTensor> variables = new LinkedHashMap<>();
  private final List<String> trainable = new ArrayList<>();

  private LargeModel(Graph graph) {
    this.graph = graph;
    this.tf = Ops.create(graph);
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int examples = Integer.parseInt(args[1]);
    Path model = Files.createDirectories(folder.resolve("model"));
    try (Graph graph = new Graph()) {
      LargeModel network = new LargeModel(graph);
      network.build();
      Files.write(model.resolve("saved_model.pb"), network.savedModel().toByteArray());
      Path values = Files.createDirectories(model.resolve("variables"));
      TensorBundle.write(values.resolve("variables"), network.variables);
    }
    Random random = new Random(SEED + 1);
    Npy.write(folder.resolve("images.npy"), gaussian(random, 1, examples, SIZE, SIZE, 3));
    int[] labels = random.ints(examples, 0, CLASSES).toArray();
    Npy.write(folder.resolve("labels.npy"), StoredTensor.of(new long[] {examples}, labels));
  }

  private void build() {
    Operand<TFloat32> x =
        tf.withName("images")
            .placeholder(
                TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, SIZE, SIZE, 3)));
    x = tf.nn.relu(normalized("stem", convolution("stem", x, 7, 3, 64, 2), 64, 1));
    x = tf.nn.maxPool(x, sizes(3), sizes(2), "SAME");
    int channels = 64;
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      for (int block = 0; block < BLOCKS[stage]; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        String name = "stage%d.block%d".formatted(stage + 1, block + 1);
        x = bottleneck(name, x, channels, 64 << stage, stride);
        channels = (EXPANSION * 64) << stage;
      }
    }
    Operand<TFloat32> features = tf.math.mean(x, tf.constant(new int[] {1, 2}));
    Operand<TFloat32> weights =
        variable("head.weights", gaussian(random, Math.sqrt(1.0 / channels), channels, CLASSES));
    Operand<TFloat32> bias = variable("head.bias", filled(0, CLASSES));
    trainable.addAll(List.of("head.weights", "head.bias"));
    tf.withName("logits").math.add(tf.linalg.matMul(features, weights), bias);
  }

  private Operand<TFloat32> bottleneck(
      String name, Operand<TFloat32> x, int in, int width, int stride) {
    int out = EXPANSION * width;
    Operand<TFloat32> y =
        tf.nn.relu(normalized(name + ".1", convolution(name + ".1", x, 1, in, width, 1), width, 1));
    y =
        tf.nn.relu(
            normalized(
                name + ".2", convolution(name + ".2", y, 3, width, width, stride), width, 1));
    y = convolution(name + ".3", y, 1, width, out, 1);
    y = normalized(name + ".3", y, out, BRANCH_SCALE);
    Operand<TFloat32> shortcut =
        in == out
            ? x
            : normalized(
                name + ".shortcut", convolution(name + ".shortcut", x, 1, in, out, stride), out, 1);
    return tf.nn.relu(tf.math.add(y, shortcut));
  }

  private Operand<TFloat32> convolution(
      String name, Operand<TFloat32> x, int size, int in, int out, int stride) {
    double deviation = Math.sqrt(2.0 / (size * size * in));
    Operand<TFloat32> filter =
        variable(name + ".filter", gaussian(random, deviation, size, size, in, out));
    trainable.add(name + ".filter");
    return tf.nn.conv2d(x, filter, window(stride), "SAME");
  }

  private static List<Long> window(long size) {
    return List.of(1L, size, size, 1L);
  }

  private Operand<TInt32> sizes(int size) {
    return tf.constant(new int[] {1, size, size, 1});
  }

  private Operand<TFloat32> normalized(
      String name, Operand<TFloat32> x, int channels, float scale) {
    Operand<TFloat32> gamma = variable(name + ".gamma", filled(scale, channels));
    Operand<TFloat32> beta = variable(name + ".beta", filled(0, channels));
    Operand<TFloat32> mean = variable(name + ".mean", filled(0, channels));
    Operand<TFloat32> variance = variable(name + ".variance", filled(1, channels));
    trainable.addAll(List.of(name + ".gamma", name + ".beta"));
    return tf.nn
        .fusedBatchNorm(
            x,
            gamma,
            beta,
            mean,
            variance,
            FusedBatchNorm.isTraining(false),
            FusedBatchNorm.epsilon(1e-5f))
        .y();
  }

  private Operand<TFloat32> variable(String name, StoredTensor value) {
    variables.put(name, value);
    VarHandleOp handle =
        tf.withName(name)
            .varHandleOp(TFloat32.class, Shape.of(value.shape()), VarHandleOp.sharedName(name));
    return tf.withName(name + ".read").readVariableOp(handle, TFloat32.class);
  }

  private static StoredTensor gaussian(Random random, double deviation, long... shape) {
    float[] values = new float[(int) StoredTensor.elementCount(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return StoredTensor.of(shape, values);
  }

  private static StoredTensor filled(float value, int size) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return StoredTensor.of(new long[] {size}, values);
  }

  private SavedModel savedModel() {
    SaverDef saver = VariableSaver.addTo(graph, variables);
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
    meta.getMetaInfoDefBuilder().addTags("serve");
    meta.setGraphDef(graph.toGraphDef())
        .setSaverDef(saver)
        .putCollectionDef("variables", collection(List.copyOf(variables.keySet())))
        .putCollectionDef("trainable_variables", collection(trainable))
        .putSignatureDef(
            "serving_default",
            SignatureDef.newBuilder()
                .setMethodName("tensorflow/serving/predict")
                .putInputs("images", tensor("images"))
                .putOutputs("logits", tensor("logits"))
                .build());
    return SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
  }

  private CollectionDef collection(List<String> names) {
    CollectionDef.Builder collection = CollectionDef.newBuilder();
    for (String name : names) {
      collection
          .getBytesListBuilder()
          .addValue(
              VariableDef.newBuilder()
                  .setVariableName(name + ":0")
                  .setInitializerName(VariableSaver.RESTORE)
                  .setSnapshotName(name + ".read:0")
                  .setIsResource(true)
                  .setTrainable(trainable.contains(name))
                  .build()
                  .toByteString());
    }
    return collection.build();
  }

  private TensorInfo tensor(String node) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : graph.outputOrThrow(node).shape().asArray()) {
      shape.addDimBuilder().setSize(size);
    }
    return TensorInfo.newBuilder()
        .setName(node + ":0")
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(shape)
        .build();
  }
}
