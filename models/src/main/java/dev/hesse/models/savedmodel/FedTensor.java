package dev.hesse.models.savedmodel;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * A tensor of a graph that will be fed; the graph before it is cut off.
 *
 * @param type of its elements
 * @param shape known in all dimensions, the batch too
 */
record FedTensor(TensorName tensor, DataType type, List<Long> shape) {
  FedTensor {
    shape = List.copyOf(shape);
  }

  /** The placeholder that takes its place. */
  String placeholder() {
    return tensor.index() == 0 ? tensor.node() + ".fed" : tensor.node() + ".fed" + tensor.index();
  }
}
