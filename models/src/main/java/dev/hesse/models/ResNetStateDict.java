package dev.hesse.models;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.LossGraph.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights of a ResNet as PyTorch's {@code state_dict()} has them. */
public final class ResNetStateDict {
  private static final String LAST_OF_BATCH_NORM = ".running_var";
  private static final String COUNTER = ".num_batches_tracked";

  private ResNetStateDict() {}

  /**
   * All tensors by name, in PyTorch's order and axis order, as float32; after the running
   * statistics of each batch norm its int64 counter.
   *
   * @param batchesTracked how many training steps the running statistics have seen
   */
  public static Map<String, StoredTensor> of(ResNet network, long batchesTracked) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Variable variable : ResNet.variables(network.config())) {
      String name = variable.name();
      double[] values = network.weights().get(name);
      if (values == null) {
        throw new IllegalArgumentException("no value for variable " + name);
      }
      double[] ordered = PyTorchLayout.fromGraph(values, variable.shape());
      ByteBuffer floats = buffer(Math.multiplyExact(ordered.length, Float.BYTES));
      for (double value : ordered) {
        floats.putFloat((float) value);
      }
      tensors.put(
          name,
          new StoredTensor(
              DType.FLOAT32, dimensions(PyTorchLayout.shape(variable.shape())), floats.flip()));
      if (name.endsWith(LAST_OF_BATCH_NORM)) {
        tensors.put(
            name.replace(LAST_OF_BATCH_NORM, COUNTER),
            new StoredTensor(
                DType.INT64, new long[0], buffer(Long.BYTES).putLong(batchesTracked).flip()));
      }
    }
    return tensors;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long[] dimensions(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
