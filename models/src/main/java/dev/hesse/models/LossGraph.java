package dev.hesse.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.GraphDef;

/**
 * A loss as a TensorFlow graph for one fixed batch size: every static shape in it is known. It
 * holds a description only, no native memory; whoever runs it imports {@link #graph()} and closes
 * what it opens.
 *
 * @param graph nodes in topological order; each variable is a {@code VarHandleOp} node NAME, read
 *     by one {@code ReadVariableOp} node NAME.read
 * @param batchSize examples per run
 * @param inputs node name of the placeholder for examples, batchSize × example shape
 * @param labels node name of the placeholder for int32 class indices, batchSize
 * @param logits node name of the class scores, batchSize × classes
 * @param loss node name of the scalar mean loss over the batch
 * @param variables in the order of the model's own parameter list
 * @param updates for training: variable name to the node that computes its next value (running
 *     statistics of batch norm); empty in evaluation mode
 * @param precision of variables, activations and loss
 */
public record LossGraph(
    GraphDef graph,
    int batchSize,
    String inputs,
    String labels,
    String logits,
    String loss,
    List<Variable> variables,
    Map<String, String> updates,
    Precision precision) {

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

  public LossGraph {
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
