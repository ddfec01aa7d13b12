package dev.hesse.models.serving;

import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The signature {@code serving_default}: names of inputs and outputs are those of their nodes. */
final class PredictSignature {
  static final String IMAGES = "images";
  static final String LOGITS = "logits";
  static final String PROBABILITIES = "probabilities";
  static final String CLASS = "class";

  private PredictSignature() {}

  static SignatureDef of(Graph graph) {
    return SignatureDef.newBuilder()
        .setMethodName("tensorflow/serving/predict")
        .putInputs(IMAGES, tensor(graph, IMAGES))
        .putOutputs(LOGITS, tensor(graph, LOGITS))
        .putOutputs(PROBABILITIES, tensor(graph, PROBABILITIES))
        .putOutputs(CLASS, tensor(graph, CLASS))
        .build();
  }

  private static TensorInfo tensor(Graph graph, String node) {
    Output<?> output = graph.outputOrThrow(node);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : output.shape().asArray()) {
      shape.addDimBuilder().setSize(size);
    }
    return TensorInfo.newBuilder()
        .setName(node + ":0")
        .setDtype(DataType.forNumber(output.dataType().getNumber()))
        .setTensorShape(shape)
        .build();
  }
}
