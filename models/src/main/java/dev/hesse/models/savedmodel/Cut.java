package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.NumberArray;
import dev.hesse.io.TextTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Puts placeholders of known shapes in the place of tensors that will be fed. */
final class Cut {
  private Cut() {}

  /**
   * Cuts a graph, of which the part before the fed tensors falls away.
   *
   * @param cuts what the fed tensors have become in the graph
   * @param targets what the graph is for
   * @throws BadInputException if a target is fed
   */
  static FlatGraph at(
      List<FedTensor> fed, List<TensorName> cuts, FlatGraph graph, List<TensorName> targets) {
    Map<TensorName, String> placeholders = new LinkedHashMap<>();
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    for (int i = 0; i < fed.size(); i++) {
      FedTensor tensor = fed.get(i);
      placeholders.put(cuts.get(i), tensor.placeholder());
      nodes.put(tensor.placeholder(), node(tensor));
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
            "%s is both fed and asked for".formatted(BadInputException.quote(target.toString())),
            "Name another output");
      }
    }
    return new FlatGraph(nodes).neededBy(targets);
  }

  /** The placeholders of a graph for which nothing will be fed. */
  static List<TensorName> missing(FlatGraph cut, List<FedTensor> fed) {
    Set<String> placeholders = fed.stream().map(FedTensor::placeholder).collect(Collectors.toSet());
    return cut.nodes().values().stream()
        .filter(node -> node.getOp().equals("Placeholder"))
        .map(NodeDef::getName)
        .filter(name -> !placeholders.contains(name))
        .map(name -> new TensorName(name, 0))
        .toList();
  }

  /** A placeholder that has a default, such as for the learning phase, takes it. */
  private static NodeDef withDefault(NodeDef.Builder node) {
    if (!node.getOp().equals("PlaceholderWithDefault")) {
      return node.build();
    }
    AttrValue type = node.getAttrOrThrow("dtype");
    return node.clearAttr().setOp("Identity").putAttr("T", type).build();
  }

  private static NodeDef node(FedTensor tensor) {
    return tensor
        .value()
        .map(value -> constant(tensor, value))
        .orElseGet(() -> placeholder(tensor));
  }

  private static NodeDef constant(FedTensor tensor, DataArray value) {
    if (tensor.type() == DataType.DT_STRING && value instanceof TextTensor texts) {
      return Constant.node(tensor.placeholder(), texts);
    }
    Optional<DType> type = Constant.type(tensor.type());
    if (type.isPresent() && value instanceof NumberArray numbers) {
      return Constant.node(tensor.placeholder(), tensor.type(), numbers.whole().as(type.get()));
    }
    throw new BadInputException(
        "%s takes %s, and is given %s"
            .formatted(
                BadInputException.quote(tensor.tensor().toString()),
                OutputProbe.name(tensor.type()),
                value.elementType()),
        "Give an array of the type that it takes");
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
