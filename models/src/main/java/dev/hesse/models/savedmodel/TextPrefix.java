package dev.hesse.models.savedmodel;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * What a model makes of texts before any variable: numbers whose sizes only the texts tell, such as
 * those of the longest sentence. Computed ahead for all examples, they are inputs of known shapes.
 */
final class TextPrefix {
  /** Of which a result tells sizes, not what the texts hold. */
  private static final Set<String> OF_SHAPE = Set.of("Shape", "ShapeN", "Size", "Rank");

  private final FlatGraph graph;
  private final OperationOutputs operations;

  /** Or after a list of tensors, or a handle. */
  private final Set<String> afterVariable = new HashSet<>();

  private final Set<String> ofText = new HashSet<>();

  /**
   * @param graph with all inputs as constants, before loops and branches are written out
   */
  TextPrefix(FlatGraph graph, OperationOutputs operations) {
    this.graph = graph;
    this.operations = operations;
    for (NodeDef node : graph.nodes().values()) {
      List<DataType> types = operations.outputTypes(node);
      if (VariableReads.declares(node.getOp())
          || types.contains(DataType.DT_VARIANT)
          || anyInput(node, afterVariable)) {
        afterVariable.add(node.getName());
      }
      boolean text = types.contains(DataType.DT_STRING);
      if (!OF_SHAPE.contains(node.getOp()) && (text || anyInput(node, ofText))) {
        ofText.add(node.getName());
      }
    }
  }

  private static boolean anyInput(NodeDef node, Set<String> nodes) {
    return node.getInputList().stream()
        .anyMatch(input -> nodes.contains(TensorName.of(input).node()));
  }

  /**
   * The tensors of numbers that are made of texts alone and that variables or lists are used with,
   * or that are asked for.
   */
  List<TensorName> ends(List<TensorName> targets) {
    return Stream.concat(
            targets.stream(),
            graph.nodes().values().stream()
                .filter(node -> afterVariable.contains(node.getName()))
                .flatMap(node -> node.getInputList().stream())
                .map(TensorName::of))
        .filter(this::isEnd)
        .distinct()
        .toList();
  }

  /** The tensors of the same kind that one is computed from directly. */
  List<TensorName> before(TensorName end) {
    return graph.node(end).getInputList().stream().map(TensorName::of).filter(this::isEnd).toList();
  }

  private boolean isEnd(TensorName tensor) {
    return ofText.contains(tensor.node())
        && !afterVariable.contains(tensor.node())
        && Constant.type(operations.type(graph.node(tensor), tensor.index())).isPresent();
  }

  /**
   * Runs the graph of some tensors on the CPU, and keeps those that have a row for each example.
   *
   * @param ends as {@link #ends} gives them, in a graph of allowed operations
   */
  static Map<TensorName, StoredTensor> compute(
      Computation ends, List<TensorName> names, long examples) {
    ConfigProto onCpu = ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();
    Map<TensorName, StoredTensor> values = new LinkedHashMap<>();
    try (Graph running = new Graph()) {
      ends.graph().importInto(running);
      try (Session session = new Session(running, onCpu)) {
        Session.Runner runner = session.runner();
        ends.targets()
            .forEach(t -> runner.fetch(running.operationOrThrow(t.node()).output(t.index())));
        try (Result result = runner.run()) {
          for (int i = 0; i < names.size(); i++) {
            Optional<StoredTensor> value = numbers(result.get(i));
            int at = i;
            value
                .filter(v -> v.shape().length > 0 && v.shape()[0] == examples)
                .ifPresent(v -> values.put(names.get(at), v));
          }
        }
      }
    }
    return values;
  }

  private static Optional<StoredTensor> numbers(Tensor tensor) {
    Optional<DType> type = Constant.type(tensor.dataType());
    return type.map(
        dtype -> {
          byte[] bytes = new byte[(int) tensor.numBytes()];
          tensor.asRawTensor().data().read(bytes);
          return new StoredTensor(
              dtype,
              tensor.shape().asArray(),
              ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        });
  }
}
