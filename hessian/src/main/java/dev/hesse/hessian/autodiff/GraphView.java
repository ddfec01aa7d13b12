package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.family.TNumber;

/**
 * The operations of a graph at one moment, in topological order, with who depends on whom. Later
 * additions to the graph are not seen.
 */
final class GraphView {
  private final List<GraphOperation> operations = new ArrayList<>();
  private final Map<String, NodeDef> definitions = new HashMap<>();

  GraphView(Graph graph) {
    // Nodes are numbered as they are added, and an acyclic graph adds inputs first.
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      operations.add(all.next());
    }
    for (NodeDef definition : graph.toGraphDef().getNodeList()) {
      definitions.put(definition.getName(), definition);
    }
  }

  /**
   * The operations on a path from a source to a target, in topological order, without the sources'
   * own.
   */
  List<GraphOperation> between(
      Collection<Output<TNumber>> sources, Collection<? extends Operand<TNumber>> targets) {
    Set<GraphOperation> needed = new HashSet<>();
    targets.forEach(target -> needed.add((GraphOperation) target.op()));
    for (int i = operations.size() - 1; i >= 0; i--) {
      GraphOperation operation = operations.get(i);
      if (needed.contains(operation)) {
        operation.inputs().forEach(input -> needed.add((GraphOperation) input.op()));
      }
    }
    Set<GraphOperation> origins = new HashSet<>();
    sources.forEach(source -> origins.add((GraphOperation) source.op()));
    Set<GraphOperation> dependent = new HashSet<>(origins);
    List<GraphOperation> path = new ArrayList<>();
    for (GraphOperation operation : operations) {
      if (needed.contains(operation)
          && !origins.contains(operation)
          && operation.inputs().stream().anyMatch(input -> dependent.contains(input.op()))) {
        dependent.add(operation);
        path.add(operation);
      }
    }
    return path;
  }

  /** An operation as rules see it, with a function that says where its values are read. */
  Node node(Ops tf, GraphOperation operation, UnaryOperator<Output<TNumber>> value) {
    NodeDef definition = definitions.get(operation.name());
    if (definition == null) {
      throw new IllegalArgumentException(operation.name() + " was added after the view was taken");
    }
    return new Node(tf, operation, definition, value);
  }
}
