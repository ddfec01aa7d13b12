package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.NodeDef;

/** A graph that is being written, and what its calls refer to. */
final class Inlining {
  private final FunctionLibrary library;
  private final OperationOutputs operations;
  private final boolean controls;
  private final Map<String, NodeDef> written = new LinkedHashMap<>();
  private int visited;
  private long referred;

  Inlining(FunctionLibrary library, OperationOutputs operations, boolean controls) {
    this.library = library;
    this.operations = operations;
    this.controls = controls;
  }

  FunctionLibrary library() {
    return library;
  }

  /** Whether nodes that are needed by their effects alone are written, too. */
  boolean controls() {
    return controls;
  }

  boolean has(String node) {
    return written.containsKey(node);
  }

  FlatGraph graph() {
    return new FlatGraph(written);
  }

  /**
   * Counts a node or call.
   *
   * @throws BadInputException if there are too many
   */
  void count() {
    if (++visited > FunctionInliner.MAX_NODES) {
      throw new BadInputException(
          "its functions written out are more than %,d nodes".formatted(FunctionInliner.MAX_NODES),
          "Export a smaller model, or the network without what surrounds it");
    }
  }

  /**
   * Counts what an input refers to, which may be a list, of lists of the callers'.
   *
   * @throws BadInputException if there are too many
   */
  List<TensorName> referred(List<TensorName> tensors) {
    referred += tensors.size();
    if (referred > FunctionInliner.MAX_CALLED) {
      throw BadInputException.damaged(
          "its functions written out take more than %,d tensors"
              .formatted(FunctionInliner.MAX_CALLED));
    }
    return tensors;
  }

  void write(NodeDef node) {
    count();
    if (written.put(node.getName(), node) != null) {
      throw BadInputException.damaged(
          "its functions written out have two nodes %s"
              .formatted(BadInputException.quote(node.getName())));
    }
  }

  /** The outputs of a written node that have a name. */
  OperationOutputs.Range outputs(String node, String name) {
    return operations.outputs(new FlatGraph(written).node(new TensorName(node, 0)), name);
  }
}
