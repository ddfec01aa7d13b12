package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.tensorflow.Graph;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Nodes by name in topological order, inputs first.
 *
 * @param nodes without calls of functions
 */
record FlatGraph(Map<String, NodeDef> nodes) {

  /**
   * The nodes that some need, in topological order; an explicit stack, as graphs are deep.
   *
   * @param inputs the names of the nodes that a node needs
   * @throws BadInputException if a node is missing, or nodes need each other in a circle
   */
  static List<NodeDef> needed(
      Collection<String> targets,
      Map<String, NodeDef> nodes,
      Function<NodeDef, List<String>> inputs) {
    List<NodeDef> order = new ArrayList<>();
    Set<String> done = new HashSet<>();
    Set<String> open = new HashSet<>();
    Deque<String> stack = new ArrayDeque<>();
    for (String target : targets) {
      stack.push(target);
      while (!stack.isEmpty()) {
        String name = stack.peek();
        NodeDef node = nodes.get(name);
        if (node == null) {
          throw new BadInputException(
              "the graph has no node %s".formatted(BadInputException.quote(name)),
              "Name a tensor that hesse inspect lists");
        }
        if (done.contains(name)) {
          stack.pop();
        } else if (open.add(name)) {
          for (String input : inputs.apply(node)) {
            if (open.contains(input)) {
              throw new BadInputException(
                  "node %s is in a circle".formatted(BadInputException.quote(name)),
                  "Loops of TensorFlow 1 are read outside functions alone: export with TensorFlow 2");
            }
            if (!done.contains(input)) {
              stack.push(input);
            }
          }
        } else {
          stack.pop();
          open.remove(name);
          done.add(name);
          order.add(node);
        }
      }
    }
    return order;
  }

  /** The part that some tensors need; control inputs fall away. */
  FlatGraph neededBy(Collection<TensorName> targets) {
    Map<String, NodeDef> kept = new LinkedHashMap<>();
    for (NodeDef node :
        needed(
            targets.stream().map(TensorName::node).toList(),
            nodes,
            n ->
                n.getInputList().stream()
                    .filter(input -> !input.startsWith("^"))
                    .map(input -> TensorName.of(input).node())
                    .toList())) {
      NodeDef.Builder builder = node.toBuilder().clearInput();
      node.getInputList().stream()
          .filter(input -> !input.startsWith("^"))
          .forEach(builder::addInput);
      kept.put(node.getName(), builder.build());
    }
    return new FlatGraph(kept);
  }

  /** The part that depends on no node of a kind. */
  FlatGraph without(Predicate<NodeDef> kind) {
    Map<String, NodeDef> kept = new LinkedHashMap<>();
    for (NodeDef node : nodes.values()) {
      if (!kind.test(node)
          && node.getInputList().stream()
              .allMatch(input -> kept.containsKey(TensorName.of(input).node()))) {
        kept.put(node.getName(), node);
      }
    }
    return new FlatGraph(kept);
  }

  /**
   * Adds the nodes to a graph, which infers the shapes of all tensors.
   *
   * @throws BadInputException if TensorFlow refuses one: a kind of number that an operation does
   *     not take, shapes that do not go together
   */
  void importInto(Graph graph) {
    importInto(graph, 0);
  }

  /**
   * Adds the nodes to a graph.
   *
   * @param version of TensorFlow's graphs that they are written for
   */
  void importInto(Graph graph, int version) {
    if (nodes.isEmpty()) {
      return; // TensorFlow's C interface crashes on a definition of no bytes
    }
    GraphDef.Builder definition = GraphDef.newBuilder();
    definition.getVersionsBuilder().setProducer(version);
    nodes.values().forEach(node -> definition.addNode(CheckedNode.of(node)));
    CheckedNode.requireWarranted(nodes.values());
    try {
      graph.importGraphDef(definition.build());
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new BadInputException(
          "TensorFlow refuses the graph: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given"),
          "Check the shapes of what is fed, or try another precision",
          e);
    }
  }

  /**
   * The same graph, of which every node has the inputs and types that its operation declares.
   *
   * @throws BadInputException if one has not
   */
  FlatGraph whole(OperationOutputs operations) {
    nodes.values().forEach(node -> WholeNode.require(node, operations));
    return this;
  }

  /** The node of a tensor. */
  NodeDef node(TensorName tensor) {
    NodeDef node = nodes.get(tensor.node());
    if (node == null) {
      throw new BadInputException(
          "the graph has no node %s".formatted(BadInputException.quote(tensor.node())),
          "Name a tensor that hesse inspect lists");
    }
    return node;
  }

  /** Follows a tensor back through operations that pass it on. */
  TensorName origin(TensorName tensor) {
    TensorName at = tensor;
    for (int i = 0; i < nodes.size(); i++) {
      NodeDef node = node(at);
      if (!node.getOp().equals("Identity") && !node.getOp().equals("Enter")) {
        return at;
      }
      at = TensorName.of(node.getInput(0));
    }
    return at;
  }
}
