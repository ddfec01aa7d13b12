package dev.hesse.models.savedmodel;

import dev.hesse.models.Loss;
import java.util.Optional;
import org.tensorflow.proto.NodeDef;

/**
 * An output with the function taken off that makes probabilities of it.
 *
 * @param output what the function is applied to
 * @param loss that goes with the function; empty if there is none
 */
record Stripped(TensorName output, Optional<Loss> loss) {

  /** Looks through operations that pass a tensor on. */
  static Stripped of(FlatGraph graph, TensorName output) {
    TensorName origin = graph.origin(output);
    NodeDef node = graph.node(origin);
    return switch (node.getOp()) {
      case "Softmax" ->
          new Stripped(TensorName.of(node.getInput(0)), Optional.of(Loss.SOFTMAX_CROSS_ENTROPY));
      case "Sigmoid" ->
          new Stripped(TensorName.of(node.getInput(0)), Optional.of(Loss.SIGMOID_CROSS_ENTROPY));
      default -> new Stripped(output, Optional.empty());
    };
  }
}
