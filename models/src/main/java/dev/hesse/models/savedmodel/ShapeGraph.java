package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** A graph that is not run, in which TensorFlow infers the shape of every tensor. */
final class ShapeGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final NodeBuilder builder = new NodeBuilder(graph);
  private final Set<String> nodes = new HashSet<>();
  private final Map<TensorName, Output<?>> tensors = new HashMap<>();

  /** Whether the nodes of some tensors have been added. */
  boolean hasAll(List<TensorName> inputs) {
    return inputs.stream().allMatch(input -> nodes.contains(input.node()));
  }

  /**
   * TensorFlow 2.18 ends the process where sizes of a split are no list, instead of refusing it.
   */
  private void checkRanks(NodeDef node, List<TensorName> inputs) {
    if (node.getOp().equals("SplitV")
        && inputs.size() == 3
        && (isOtherThan(1, inputs.get(1)) || isOtherThan(0, inputs.get(2)))) {
      throw BadInputException.damaged(
          "SplitV node %s has sizes that are no list, or no one axis"
              .formatted(BadInputException.quote(node.getName())));
    }
  }

  private boolean isOtherThan(int rank, TensorName input) {
    Shape shape = shape(input);
    return !shape.isUnknown() && shape.numDimensions() != rank;
  }

  /** Adds a node; its outputs have the shapes that can be inferred. */
  List<Output<?>> add(NodeDef node, List<TensorName> inputs) {
    checkRanks(node, inputs);
    List<Output<?>> outputs =
        builder.build(node, inputs.stream().<Output<?>>map(this::tensor).toList());
    nodes.add(node.getName());
    for (int i = 0; i < outputs.size(); i++) {
      tensors.put(new TensorName(node.getName(), i), outputs.get(i));
    }
    return outputs;
  }

  /** Lets a constant take a tensor's place for the nodes that follow. */
  void replace(TensorName tensor, NodeDef constant) {
    nodes.add(tensor.node());
    tensors.put(tensor, builder.build(constant, List.of()).get(0));
  }

  /** Lets a tensor of which the shape alone is known take a tensor's place. */
  void standIn(TensorName tensor, DataType type, Shape shape) {
    replace(
        tensor,
        NodeDef.newBuilder()
            .setName(tensor.node() + ".known" + tensor.index())
            .setOp("Placeholder")
            .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
            .putAttr("shape", AttrValue.newBuilder().setShape(ShapeConstants.proto(shape)).build())
            .build());
  }

  Shape shape(TensorName tensor) {
    return tensor(tensor).shape();
  }

  private Output<?> tensor(TensorName name) {
    Output<?> output = tensors.get(name);
    if (output == null) {
      throw BadInputException.damaged(
          "node %s has no output %d".formatted(BadInputException.quote(name.node()), name.index()));
    }
    return output;
  }

  @Override
  public void close() {
    graph.close();
  }
}
