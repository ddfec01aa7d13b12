package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.models.Loss;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * What is known of an output without running it.
 *
 * @param logits what it is computed from, if it ends with a softmax or sigmoid; else itself
 * @param loss that goes with that function
 * @param shape for the batch that it was asked for
 * @param floatingBehind the nearest tensors of floating-point numbers that it is computed from, if
 *     it is none
 */
record OutputProbe(
    TensorName logits,
    Optional<Loss> loss,
    DataType type,
    Shape shape,
    List<String> floatingBehind) {

  /** Infers the types and shapes of outputs, of which one graph is written and imported. */
  static List<OutputProbe> of(SavedModels model, List<TensorName> tensors, List<FedTensor> fed) {
    InferenceGraph inference = model.graph(tensors, fed);
    try (Graph graph = new Graph()) {
      inference.graph().importInto(graph);
      return inference.outputs().stream().map(t -> of(inference.graph(), graph, t)).toList();
    }
  }

  private static OutputProbe of(FlatGraph flat, Graph graph, TensorName target) {
    Stripped stripped = Stripped.of(flat, target);
    Output<?> output = output(graph, target);
    return new OutputProbe(
        stripped.graph().origin(stripped.output()),
        stripped.loss(),
        output.dataType(),
        output.shape(),
        floatingBehind(flat, graph, target));
  }

  /**
   * The tensor in a graph.
   *
   * @throws BadInputException if there is none of the name
   */
  static Output<?> output(Graph graph, TensorName tensor) {
    GraphOperation operation = graph.operation(tensor.node());
    if (operation == null || tensor.index() >= operation.numOutputs()) {
      throw new BadInputException(
          "the graph has no tensor %s".formatted(BadInputException.quote(tensor.toString())),
          "Name a tensor that hesse inspect --nodes lists");
    }
    return operation.output(tensor.index());
  }

  private static List<String> floatingBehind(FlatGraph flat, Graph graph, TensorName target) {
    Deque<TensorName> open = new ArrayDeque<>(List.of(target));
    Set<TensorName> seen = new LinkedHashSet<>();
    Set<String> found = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      TensorName tensor = open.remove();
      if (!seen.add(tensor)) {
        continue;
      }
      if (PrecisionConversion.isFloating(output(graph, tensor).dataType())) {
        if (!flat.node(tensor).getOp().equals("Const")) {
          found.add(tensor.toString());
        }
      } else {
        flat.node(tensor).getInputList().forEach(input -> open.add(TensorName.of(input)));
      }
    }
    return List.copyOf(found);
  }

  /** A type's name as NumPy and TensorFlow's Python have it. */
  static String name(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      default -> type.name().replaceFirst("^DT_", "").toLowerCase(Locale.ROOT);
    };
  }
}
