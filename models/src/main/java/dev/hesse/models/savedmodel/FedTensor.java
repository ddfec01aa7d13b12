package dev.hesse.models.savedmodel;

import dev.hesse.io.DataArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * A tensor of a graph that will be fed; the graph before it is cut off.
 *
 * @param type of its elements
 * @param shape known in all dimensions, the batch too
 * @param value if it is the same in every run
 */
record FedTensor(TensorName tensor, DataType type, List<Long> shape, Optional<DataArray> value) {
  FedTensor {
    shape = List.copyOf(shape);
  }

  FedTensor(TensorName tensor, DataType type, List<Long> shape) {
    this(tensor, type, shape, Optional.empty());
  }

  static FedTensor constant(TensorName tensor, DataType type, DataArray value) {
    return new FedTensor(
        tensor, type, Arrays.stream(value.shape()).boxed().toList(), Optional.of(value));
  }

  /** The placeholder, or constant, that takes its place. */
  String placeholder() {
    return tensor.index() == 0 ? tensor.node() + ".fed" : tensor.node() + ".fed" + tensor.index();
  }
}
