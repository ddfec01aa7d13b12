package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Puts placeholders of known shapes in the place of tensors that will be fed. */
final class Cut {
  private Cut() {}

  /**
   * Cuts a graph, of which the part before the fed tensors falls away.
   *
   * @param targets what the graph is for
   * @throws BadInputException if a target is fed, or the targets need a placeholder that is not
   */
  static FlatGraph at(List<FedTensor> fed, FlatGraph graph, List<TensorName> targets) {
    Map<TensorName, String> placeholders = new LinkedHashMap<>();
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    for (FedTensor tensor : fed) {
      placeholders.put(tensor.tensor(), tensor.placeholder());
      nodes.put(tensor.placeholder(), placeholder(tensor));
    }
    for (NodeDef node : graph.nodes().values()) {
      NodeDef.Builder builder = node.toBuilder().clearInput();
      for (String input : node.getInputList()) {
        builder.addInput(placeholders.getOrDefault(TensorName.of(input), input));
      }
      nodes.put(node.getName(), withDefault(builder));
    }
    for (TensorName target : targets) {
      if (placeholders.containsKey(target)) {
        throw new BadInputException(
            "%s is both fed and asked for".formatted(target), "Name another output");
      }
    }
    FlatGraph cut = new FlatGraph(nodes).neededBy(targets);
    String missing =
        cut.nodes().values().stream()
            .filter(node -> node.getOp().equals("Placeholder"))
            .map(NodeDef::getName)
            .filter(name -> !placeholders.containsValue(name))
            .map(BadInputException::quote)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "the output needs %s, which nothing is given for".formatted(missing),
          "Give --input NAME=FILE for each");
    }
    return cut;
  }

  /** A placeholder that has a default, such as for the learning phase, takes it. */
  private static NodeDef withDefault(NodeDef.Builder node) {
    if (!node.getOp().equals("PlaceholderWithDefault")) {
      return node.build();
    }
    AttrValue type = node.getAttrOrThrow("dtype");
    return node.clearAttr().setOp("Identity").putAttr("T", type).build();
  }

  private static NodeDef placeholder(FedTensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    tensor.shape().forEach(size -> shape.addDimBuilder().setSize(size));
    return NodeDef.newBuilder()
        .setName(tensor.placeholder())
        .setOp("Placeholder")
        .putAttr("dtype", AttrValue.newBuilder().setType(tensor.type()).build())
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build())
        .build();
  }
}
