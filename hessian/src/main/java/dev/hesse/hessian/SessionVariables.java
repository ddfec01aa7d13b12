package dev.hesse.hessian;

import dev.hesse.models.Precision;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TNumber;

/** The variables of a graph in a session, all of one precision. */
final class SessionVariables {
  private final Graph graph;
  private final Session session;
  private final Precision precision;
  private final Ops tf;

  SessionVariables(Graph graph, Session session, Precision precision) {
    this.graph = graph;
    this.session = session;
    this.precision = precision;
    this.tf = Ops.create(graph).withSubScope("assign");
  }

  /**
   * Assigns a variable.
   *
   * @param dimensions of the variable
   * @param values row-major
   */
  void assign(String variable, List<Long> dimensions, double[] values) {
    Shape shape = Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
    Operand<? extends TNumber> value = tf.placeholder(precision.type(), Placeholder.shape(shape));
    Op assign = tf.assignVariableOp(graph.outputOrThrow(variable), value);
    try (TNumber tensor = Tensors.of(precision, shape, values)) {
      session.runner().feed(value, tensor).addTarget(assign).run().close();
    }
  }
}
