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
   * own. Only values that can {@linkplain #moves move} make a path.
   */
  List<GraphOperation> between(
      Collection<Output<TNumber>> sources, Collection<? extends Operand<TNumber>> targets) {
    Set<GraphOperation> needed = new HashSet<>();
    targets.forEach(target -> needed.add((GraphOperation) target.op()));
    for (int i = operations.size() - 1; i >= 0; i--) {
      GraphOperation operation = operations.get(i);
      if (needed.contains(operation)) {
        operation.inputs().stream()
            .filter(input -> moves(input.asOutput()))
            .forEach(input -> needed.add((GraphOperation) input.op()));
      }
    }
    Set<GraphOperation> origins = new HashSet<>();
    sources.forEach(source -> origins.add((GraphOperation) source.op()));
    Set<GraphOperation> dependent = new HashSet<>(origins);
    List<GraphOperation> path = new ArrayList<>();
    for (GraphOperation operation : operations) {
      if (needed.contains(operation)
          && !origins.contains(operation)
          && operation.inputs().stream()
              .anyMatch(input -> dependent.contains(input.op()) && moves(input.asOutput()))) {
        dependent.add(operation);
        path.add(operation);
      }
    }
    return path;
  }

  /** Whether a value can change by a little: integers, truth values and strings can't. */
  static boolean moves(Output<?> value) {
    return switch (value.dataType()) {
      case DT_BOOL,
          DT_STRING,
          DT_INT4,
          DT_INT8,
          DT_INT16,
          DT_INT32,
          DT_INT64,
          DT_UINT4,
          DT_UINT8,
          DT_UINT16,
          DT_UINT32,
          DT_UINT64,
          DT_QINT8,
          DT_QINT16,
          DT_QINT32,
          DT_QUINT8,
          DT_QUINT16 ->
          false;
      default -> true;
    };
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
