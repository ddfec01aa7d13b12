package dev.hesse.models.savedmodel;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.NodeDef;

/** A graph in which tensors are being replaced by others. */
final class GraphRewriting {
  private final Map<String, NodeDef> nodes;
  private final Map<TensorName, TensorName> replaced = new HashMap<>();

  GraphRewriting(FlatGraph graph) {
    this.nodes = new LinkedHashMap<>(graph.nodes());
  }

  void add(NodeDef node) {
    nodes.put(node.getName(), node);
  }

  boolean has(String node) {
    return nodes.containsKey(node);
  }

  /** The node of a tensor, or of what has replaced it, with the inputs that it was written with. */
  NodeDef node(TensorName tensor) {
    return new FlatGraph(nodes).node(resolve(tensor));
  }

  /** Replaces a tensor wherever it is used. */
  void replace(TensorName tensor, TensorName by) {
    TensorName end = resolve(by);
    if (!end.equals(tensor)) {
      replaced.put(tensor, end);
    }
  }

  /** What a tensor has become. */
  TensorName resolve(TensorName tensor) {
    TensorName at = tensor;
    for (TensorName next = replaced.get(at); next != null; next = replaced.get(at)) {
      at = next;
    }
    return at;
  }

  /** Follows a tensor back through operations that pass it on, to the node that makes it. */
  NodeDef origin(TensorName tensor) {
    NodeDef node = node(tensor);
    for (int i = 0; i < nodes.size() && node.getOp().equals("Identity"); i++) {
      node = node(TensorName.of(node.getInput(0)));
    }
    return node;
  }

  TensorName input(NodeDef node, int index) {
    return resolve(TensorName.of(node.getInput(index)));
  }

  /** The part of the result that some tensors need. */
  Computation finish(List<TensorName> targets) {
    Map<String, NodeDef> written = new LinkedHashMap<>();
    for (NodeDef node : nodes.values()) {
      NodeDef.Builder builder = node.toBuilder().clearInput();
      for (int i = 0; i < node.getInputCount(); i++) {
        builder.addInput(input(node, i).toString());
      }
      written.put(node.getName(), builder.build());
    }
    List<TensorName> found = targets.stream().map(this::resolve).toList();
    return new Computation(new FlatGraph(written).neededBy(found), found);
  }
}
