package dev.hesse.hessian;

import com.google.protobuf.ByteString;
import dev.hesse.hessian.autodiff.FoldScale;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Rewrites a loss so that its parameters are read as w + Σ cₖ·dₖ, with directions dₖ in variables
 * and scalar placeholders cₖ, and its batch from variables. Every other node stays as it is.
 */
final class MovedGraph {
  /** Before the names of the placeholders that the batch's variables are assigned from. */
  static final String FED = "moved/fed/";

  private final GraphDef.Builder graph;
  private final AttrValue type;

  private MovedGraph(GraphDef original, AttrValue type) {
    this.graph = GraphDef.newBuilder(original).clearNode();
    this.type = type;
  }

  /**
   * The rewritten graph.
   *
   * @param moving for each direction the names of the parameters that it moves
   */
  static GraphDef of(LossGraph loss, List<Set<String>> moving) {
    GraphDef original = FoldScale.apply(loss.graph(), loss.results());
    AttrValue type = AttrValue.newBuilder().setType(loss.precision().dataType()).build();
    MovedGraph moved = new MovedGraph(original, type);
    Map<String, Parameter> reads =
        loss.parameters().parameters().stream()
            .collect(Collectors.toMap(parameter -> parameter.name() + ".read", p -> p));
    Set<String> feeds = loss.feeds().stream().map(Feed::node).collect(Collectors.toSet());
    for (int k = 0; k < moving.size(); k++) {
      moved.add(coordinate(k), "Placeholder", List.of(), Map.of("dtype", type, "shape", scalar()));
    }
    for (NodeDef node : original.getNodeList()) {
      if (reads.containsKey(node.getName())) {
        moved.move(node, Objects.requireNonNull(reads.get(node.getName())), moving);
      } else if (feeds.contains(node.getName())) {
        moved.keep(node);
      } else {
        moved.graph.addNode(node);
      }
    }
    return moved.graph.build();
  }

  /** The placeholder of the coordinate along a direction. */
  static String coordinate(int direction) {
    return "moved/coordinate" + direction;
  }

  /** The variable with a direction's part of a parameter, in the parameter's shape. */
  static String part(String parameter, int direction) {
    return "moved/direction%d/%s".formatted(direction, parameter);
  }

  /** The variable with what a placeholder was fed with. */
  static String kept(String placeholder) {
    return "moved/kept/" + placeholder;
  }

  /** A sum under the read's name, one term after another. */
  private void move(NodeDef read, Parameter parameter, List<Set<String>> moving) {
    List<Integer> directions =
        IntStream.range(0, moving.size())
            .filter(k -> moving.get(k).contains(parameter.name()))
            .boxed()
            .toList();
    if (directions.isEmpty()) {
      graph.addNode(read);
      return;
    }
    String sum = "moved/origin/" + parameter.name();
    graph.addNode(read.toBuilder().setName(sum));
    for (int i = 0; i < directions.size(); i++) {
      int k = directions.get(i);
      String part = part(parameter.name(), k);
      variable(part, type, shape(parameter.shape()));
      add(part + "/step", "Mul", List.of(coordinate(k), part + "/read"), Map.of("T", type));
      boolean last = i == directions.size() - 1;
      String next = last ? read.getName() : part + "/sum";
      add(next, "AddV2", List.of(sum, part + "/step"), Map.of("T", type));
      sum = next;
    }
  }

  /** A read under the placeholder's name, of a variable in its shape. */
  private void keep(NodeDef placeholder) {
    String name = placeholder.getName();
    graph.addNode(placeholder.toBuilder().setName(FED + name));
    AttrValue dtype = placeholder.getAttrOrThrow("dtype");
    String variable = kept(name);
    handle(variable, dtype, placeholder.getAttrOrThrow("shape"));
    add(name, "ReadVariableOp", List.of(variable), Map.of("dtype", dtype));
  }

  private void variable(String name, AttrValue dtype, AttrValue shape) {
    handle(name, dtype, shape);
    add(name + "/read", "ReadVariableOp", List.of(name), Map.of("dtype", dtype));
  }

  private void handle(String name, AttrValue dtype, AttrValue shape) {
    AttrValue shared = AttrValue.newBuilder().setS(ByteString.copyFromUtf8(name)).build();
    add(
        name,
        "VarHandleOp",
        List.of(),
        Map.of("dtype", dtype, "shape", shape, "shared_name", shared));
  }

  private void add(
      String name, String operation, List<String> inputs, Map<String, AttrValue> attributes) {
    graph.addNode(
        NodeDef.newBuilder()
            .setName(name)
            .setOp(operation)
            .addAllInput(inputs)
            .putAllAttr(attributes));
  }

  private static AttrValue scalar() {
    return shape(List.of());
  }

  private static AttrValue shape(List<Long> dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    dimensions.forEach(size -> shape.addDimBuilder().setSize(size));
    return AttrValue.newBuilder().setShape(shape).build();
  }
}
