package dev.hesse.models.savedmodel;

import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;

/** The shapes of a graph's tensors, as far as they are known before it runs. */
final class InferredShapes implements AutoCloseable {
  private final Graph graph = new Graph();

  /**
   * @param flat of which the part is looked at that TensorFlow can infer shapes of
   */
  InferredShapes(FlatGraph flat) {
    flat.without(ConstantFolding::isOpaque).importInto(graph);
  }

  /** The shape of a tensor; of unknown rank where nothing is known. */
  Shape of(TensorName tensor) {
    GraphOperation operation = graph.operation(tensor.node());
    return operation == null || tensor.index() >= operation.numOutputs()
        ? Shape.unknown()
        : operation.output(tensor.index()).shape();
  }

  @Override
  public void close() {
    graph.close();
  }
}
