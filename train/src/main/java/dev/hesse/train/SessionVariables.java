package dev.hesse.train;

import dev.hesse.hessian.Tensors;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TNumber;

/**
 * Variables of a graph by name, with the nodes that read and assign them, in the order in which
 * they were declared. Other parts of the graph share them by these names. Values are row-major in
 * the graph's axis order.
 */
final class SessionVariables {
  private final Ops tf;
  private final Precision precision;
  private final Class<TNumber> type;
  private final Map<String, Nodes> variables = new LinkedHashMap<>();

  private record Nodes(
      Operand<?> handle, Output<TNumber> read, Operand<TNumber> value, Op assign, Shape shape) {}

  SessionVariables(Ops tf, Precision precision, Class<TNumber> type) {
    this.tf = tf;
    this.precision = precision;
    this.type = type;
  }

  void declare(String name, List<Long> dimensions) {
    Shape shape = Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
    Operand<?> handle = tf.varHandleOp(type, shape, VarHandleOp.sharedName(name));
    Operand<TNumber> value = tf.placeholder(type, Placeholder.shape(shape));
    variables.put(
        name,
        new Nodes(
            handle,
            tf.readVariableOp(handle, type).asOutput(),
            value,
            tf.assignVariableOp(handle, value),
            shape));
  }

  Operand<?> handle(String name) {
    return nodes(name).handle();
  }

  private Nodes nodes(String name) {
    Nodes nodes = variables.get(name);
    if (nodes == null) {
      throw new IllegalArgumentException("no variable " + name);
    }
    return nodes;
  }

  Map<String, double[]> values(Session session) {
    Session.Runner runner = session.runner();
    variables.values().forEach(variable -> runner.fetch(variable.read()));
    Map<String, double[]> values = new LinkedHashMap<>();
    try (Result result = runner.run()) {
      int i = 0;
      for (String name : variables.keySet()) {
        values.put(name, Tensors.toDoubles(result.get(i++)));
      }
    }
    return values;
  }

  /** The values as tensors of the variables' own precision. */
  Map<String, StoredTensor> tensors(Session session) {
    DType dtype = precision == Precision.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    values(session)
        .forEach(
            (name, values) -> {
              ByteBuffer data =
                  ByteBuffer.allocate(Math.multiplyExact(values.length, dtype.bytes()))
                      .order(ByteOrder.LITTLE_ENDIAN);
              for (double value : values) {
                if (dtype == DType.FLOAT64) {
                  data.putDouble(value);
                } else {
                  data.putFloat((float) value);
                }
              }
              long[] shape = nodes(name).shape().asArray();
              tensors.put(name, new StoredTensor(dtype, shape, data.flip()));
            });
    return tensors;
  }

  /**
   * Assigns all variables.
   *
   * @throws IllegalArgumentException if one has no value or a value of another size; then none is
   *     assigned
   */
  void assign(Session session, Map<String, double[]> values) {
    variables.keySet().forEach(name -> value(values, name));
    variables.forEach(
        (name, variable) -> {
          try (TNumber tensor = Tensors.of(precision, variable.shape(), value(values, name))) {
            session
                .runner()
                .feed(variable.value(), tensor)
                .addTarget(variable.assign())
                .run()
                .close();
          }
        });
  }

  private double[] value(Map<String, double[]> values, String name) {
    double[] value = values.get(name);
    Shape shape = nodes(name).shape();
    if (value == null || value.length != shape.size()) {
      throw new IllegalArgumentException(
          "%d elements for %s, expected shape %s"
              .formatted(value == null ? 0 : value.length, name, shape));
    }
    return value;
  }
}
