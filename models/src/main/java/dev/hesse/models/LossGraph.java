package dev.hesse.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/**
 * A loss as a TensorFlow graph for one fixed batch size: every static shape in it is known. It
 * holds a description only, no native memory; whoever runs it imports {@link #graph()} and closes
 * what it opens.
 *
 * @param graph nodes in topological order; each variable is a {@code VarHandleOp} node NAME, read
 *     by one {@code ReadVariableOp} node NAME.read
 * @param batchSize examples per run
 * @param feeds what a run is given
 * @param outputs node name of what the loss is computed from, such as class scores, batchSize × …;
 *     empty where the graph has a loss of its own
 * @param kind of the loss, where it is the mean of independent terms that outputs, as scores, and
 *     labels make; empty for a graph's own loss, and one that takes outputs for probabilities
 * @param loss node name of the scalar mean loss over the batch
 * @param correct node name of the scalar float64 number of examples that are classified right,
 *     fractional where an example has several labels; empty where nothing is classified
 * @param variables in the order of the model's own parameter list
 * @param updates for training: variable name to the node that computes its next value (running
 *     statistics of batch norm); empty in evaluation mode
 * @param precision of variables, activations and loss
 */
public record LossGraph(
    GraphDef graph,
    int batchSize,
    List<Feed> feeds,
    Optional<String> outputs,
    Optional<Loss> kind,
    String loss,
    Optional<String> correct,
    List<Variable> variables,
    Map<String, String> updates,
    Precision precision) {

  /**
   * A placeholder and what it is fed with.
   *
   * @param node of the placeholder, batchSize × …
   * @param array name in a {@link dev.hesse.io.data.Batch}
   */
  public record Feed(String node, String array) {}

  /**
   * A variable of the graph.
   *
   * @param shape in the graph, outermost dimension first
   * @param trainable whether the loss is differentiated with respect to it
   */
  public record Variable(String name, List<Long> shape, boolean trainable) {
    public Variable {
      shape = List.copyOf(shape);
    }
  }

  /** All nodes whose values a run may be asked for. */
  public Set<String> results() {
    return Stream.of(outputs, Optional.of(loss), correct)
        .flatMap(Optional::stream)
        .collect(Collectors.toSet());
  }

  public LossGraph {
    feeds = List.copyOf(feeds);
    variables = List.copyOf(variables);
    updates = Map.copyOf(updates);
  }

  /** The layout of all trainable variables, in order. */
  public ParameterLayout parameters() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (Variable variable : variables) {
      if (variable.trainable()) {
        shapes.put(variable.name(), variable.shape());
      }
    }
    return ParameterLayout.of(shapes);
  }
}
