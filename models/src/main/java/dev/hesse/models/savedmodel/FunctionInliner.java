package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Writes the functions that a graph calls out in their callers' place: node {@code INNER} of a
 * function that node {@code CALLER} calls becomes {@code CALLER/INNER}. Only what the targets need
 * is written. The functions of branches and loops stay aside until {@link ControlFlow} asks for
 * them.
 */
final class FunctionInliner {
  /** Of a graph written out. */
  static final int MAX_NODES = 300_000;

  /** Of branches and steps, those too that are written to see what they need. */
  static final long MAX_CALLED = 10L * MAX_NODES;

  private final GraphDef graph;
  private final FunctionLibrary library;
  private final OperationOutputs operations;
  private final boolean controls;
  private long called;

  /**
   * @param controls whether nodes that are needed by their effects alone are written, too
   */
  FunctionInliner(GraphDef graph, OperationOutputs operations, boolean controls) {
    this(graph, new FunctionLibrary(graph), operations, controls);
  }

  private FunctionInliner(
      GraphDef graph, FunctionLibrary library, OperationOutputs operations, boolean controls) {
    this.graph = graph;
    this.library = library;
    this.operations = operations;
    this.controls = controls;
  }

  /**
   * Inlines what some tensors of the graph need.
   *
   * @param targets of the graph itself, or within its functions by the names that they will have
   * @throws BadInputException if functions call themselves, call more than exist, or are
   *     inconsistent
   */
  Computation inline(Collection<TensorName> targets) {
    Map<String, NodeDef> nodes = new HashMap<>();
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    Inlining inlining = new Inlining(library, operations, controls);
    CallFrame frame = CallFrame.outermost(inlining, nodes);
    frame.expand(targets.stream().map(target -> outermost(target.node(), nodes)).toList());
    List<TensorName> found = new ArrayList<>();
    for (TensorName target : targets) {
      boolean inside = !nodes.containsKey(target.node()) && inlining.has(target.node());
      found.add(inside ? target : frame.tensor(target.node(), target.index()));
    }
    return new Computation(inlining.graph(), found);
  }

  /** The graph with its functions, before any is written out. */
  GraphDef graph() {
    return graph;
  }

  /** The same, which has not written any calls. */
  FunctionInliner fresh() {
    return new FunctionInliner(graph, library, operations, controls);
  }

  /**
   * The nodes of one call of a function. All calls together write {@link #MAX_CALLED} nodes at
   * most.
   *
   * @param function that is called, with its attributes
   * @param name of the call, under which its nodes are
   * @param arguments tensors of the caller's
   * @return what the function gives back, and the nodes that the caller has not yet
   */
  Computation call(NameAttrList function, String name, List<TensorName> arguments) {
    Inlining inlining = new Inlining(library, operations, controls);
    CallFrame frame =
        CallFrame.of(
            inlining,
            name,
            library.get(function.getName(), name),
            arguments,
            function.getAttrMap(),
            1);
    called += inlining.graph().nodes().size();
    if (called > MAX_CALLED) {
      throw new BadInputException(
          "its branches and loops written out are more than %,d nodes".formatted(MAX_CALLED),
          "Feed shorter sequences, or name an output before the loop");
    }
    return new Computation(inlining.graph(), frame.results());
  }

  /** The node of the graph itself that a node is, or lies in. */
  private static String outermost(String name, Map<String, NodeDef> nodes) {
    String outer = name;
    while (!nodes.containsKey(outer) && outer.contains("/")) {
      outer = outer.substring(0, outer.lastIndexOf('/'));
    }
    return nodes.containsKey(outer) ? outer : name;
  }
}
