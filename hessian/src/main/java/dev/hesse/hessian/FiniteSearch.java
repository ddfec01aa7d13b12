package dev.hesse.hessian;

import dev.hesse.models.LossGraph.Feed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TNumber;

/** Finds where in a graph numbers stop being finite. */
final class FiniteSearch {
  private final Graph graph;
  private final Session session;
  private final List<Feed> feeds;

  FiniteSearch(Graph graph, Session session, List<Feed> feeds) {
    this.graph = graph;
    this.session = session;
    this.feeds = feeds;
  }

  /**
   * Names the first operation, in topological order, on the way to a result with an element that is
   * NaN or infinite.
   *
   * <p>Cost: an evaluation of the result; the graph grows by two operations for each that is looked
   * at.
   *
   * @return what it is, such as {@code Log node head/Log}; empty if everything is finite
   */
  Optional<String> first(Output<?> result, FedBatch fed) {
    List<GraphOperation> looked = new ArrayList<>();
    List<Operand<TBool>> finite = new ArrayList<>();
    Ops tf = Ops.create(graph).withSubScope("finite");
    for (GraphOperation operation : before(result)) {
      for (int i = 0; i < operation.numOutputs(); i++) {
        Output<?> output = operation.output(i);
        if (output.dataType().name().matches("DT_(FLOAT|DOUBLE|HALF|BFLOAT16)")) {
          @SuppressWarnings("unchecked") // as its data type says
          Output<TNumber> numbers = (Output<TNumber>) output;
          int[] axes = IntStream.range(0, numbers.shape().numDimensions()).toArray();
          looked.add(operation);
          finite.add(tf.reduceAll(tf.math.isFinite(numbers), tf.constant(axes)));
        }
      }
    }
    Session.Runner runner = fed.feedTo(session.runner());
    finite.forEach(runner::fetch);
    try (Result values = runner.run()) {
      for (int i = 0; i < looked.size(); i++) {
        if (!((TBool) values.get(i)).getBoolean()) {
          return Optional.of(description(looked.get(i)));
        }
      }
    }
    return Optional.empty();
  }

  private List<GraphOperation> before(Output<?> result) {
    // Nodes are numbered as they are added, and an acyclic graph adds inputs first.
    List<GraphOperation> all = new ArrayList<>();
    for (Iterator<GraphOperation> it = graph.operations(); it.hasNext(); ) {
      all.add(it.next());
    }
    Set<GraphOperation> needed = new HashSet<>(Set.of((GraphOperation) result.op()));
    for (int i = all.size() - 1; i >= 0; i--) {
      if (needed.contains(all.get(i))) {
        all.get(i).inputs().forEach(input -> needed.add((GraphOperation) input.op()));
      }
    }
    all.retainAll(needed);
    return all;
  }

  private String description(GraphOperation operation) {
    return feeds.stream()
        .filter(feed -> feed.node().equals(operation.name()))
        .findFirst()
        .map(feed -> "the data, in " + feed.array())
        .orElseGet(
            () ->
                operation.type().equals("ReadVariableOp")
                    ? "the variable " + operation.input(0).op().name()
                    : "%s node %s".formatted(operation.type(), operation.name()));
  }
}
