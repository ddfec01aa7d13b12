package dev.hesse.models.serving;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Normalization;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.VariableDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Writes a network as a SavedModel: images to class scores, probabilities and the likeliest class,
 * with the operations and lists by which loaders restore, save and train its variables.
 */
final class ServingGraph {
  private static final long IMAGE_SIZE = 32;
  private static final double LARGEST_BYTE = 255;

  private final Graph graph;
  private final Ops tf;
  private final Map<String, StoredTensor> variables;

  private ServingGraph(Graph graph, Map<String, StoredTensor> variables) {
    this.graph = graph;
    this.tf = Ops.create(graph);
    this.variables = variables;
  }

  /**
   * @param variables by name, in the graph's axis order: those of {@code config} and others that
   *     the network does not use
   */
  static SavedModel write(
      ResNetConfig config, Map<String, StoredTensor> variables, ServingOptions options) {
    try (Graph graph = new Graph()) {
      ServingGraph serving = new ServingGraph(graph, variables);
      serving.network(config, options);
      serving.unusedVariables();
      SaverDef saver = VariableSaver.addTo(graph, variables);
      List<VariableDef> defs = serving.variableDefs(config);
      MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
      meta.getMetaInfoDefBuilder().addTags("serve").setTensorflowVersion(TensorFlow.version());
      meta.setGraphDef(DefaultAttributes.strip(graph.toGraphDef()))
          .setSaverDef(saver)
          .putCollectionDef("variables", collection(defs))
          .putCollectionDef(
              "trainable_variables",
              collection(defs.stream().filter(VariableDef::getTrainable).toList()))
          .putSignatureDef("serving_default", PredictSignature.of(graph));
      return SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
    }
  }

  private void network(ResNetConfig config, ServingOptions options) {
    Placeholder.Options shape =
        Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, IMAGE_SIZE, IMAGE_SIZE, 3));
    Operand<TFloat32> images =
        options.rawImages()
            ? normalized(
                tf.withName(PredictSignature.IMAGES).placeholder(TUint8.class, shape),
                options.normalization())
            : tf.withName(PredictSignature.IMAGES).placeholder(TFloat32.class, shape);
    Map<String, Class<? extends TNumber>> types = new LinkedHashMap<>();
    variables.forEach(
        (name, tensor) ->
            ElementTypes.number(tensor.dtype()).ifPresent(type -> types.put(name, type)));
    Operand<TFloat32> logits = ResNet.logits(tf, config, images, TFloat32.class, types);
    tf.withName(PredictSignature.PROBABILITIES).nn.softmax(logits);
    tf.withName(PredictSignature.CLASS).math.argMax(logits, tf.constant(1));
  }

  /** Computed in double and rounded once, as {@link Normalization} does. */
  private Operand<TFloat32> normalized(Operand<TUint8> bytes, Normalization normalization) {
    Operand<TFloat64> scaled =
        tf.math.div(tf.dtypes.cast(bytes, TFloat64.class), tf.constant(LARGEST_BYTE));
    Operand<TFloat64> centred = tf.math.sub(scaled, tf.constant(array(normalization.mean())));
    return tf.dtypes.cast(
        tf.math.div(centred, tf.constant(array(normalization.std()))), TFloat32.class);
  }

  private static double[] array(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void unusedVariables() {
    variables.forEach(
        (name, tensor) -> {
          if (graph.operation(name) == null) {
            Class<? extends TType> type = ElementTypes.of(tensor.dtype());
            Shape shape = Shape.of(tensor.shape());
            VarHandleOp handle =
                tf.withName(name).varHandleOp(type, shape, VarHandleOp.sharedName(name));
            tf.withName(name + ".read").readVariableOp(handle, type);
          }
        });
  }

  /** Each variable with an operation that sets it to its initial value, which is zero. */
  private List<VariableDef> variableDefs(ResNetConfig config) {
    List<String> trainable =
        ResNet.variables(config).stream()
            .filter(variable -> variable.trainable())
            .map(variable -> variable.name())
            .toList();
    List<VariableDef> defs = new ArrayList<>();
    variables.forEach(
        (name, tensor) -> {
          Operand<?> zero = tf.dtypes.cast(tf.constant(0), ElementTypes.of(tensor.dtype()));
          Operand<?> zeros = tf.withName(name + ".initial").fill(tf.constant(tensor.shape()), zero);
          tf.withName(name + ".assign").assignVariableOp(output(name), zeros);
          defs.add(
              VariableDef.newBuilder()
                  .setVariableName(name + ":0")
                  .setInitialValueName(name + ".initial:0")
                  .setInitializerName(name + ".assign")
                  .setSnapshotName(name + ".read:0")
                  .setIsResource(true)
                  .setTrainable(trainable.contains(name))
                  .build());
        });
    return defs;
  }

  private Output<?> output(String name) {
    return graph.outputOrThrow(name);
  }

  private static CollectionDef collection(List<VariableDef> defs) {
    CollectionDef.Builder collection = CollectionDef.newBuilder();
    defs.forEach(def -> collection.getBytesListBuilder().addValue(def.toByteString()));
    return collection.build();
  }
}
