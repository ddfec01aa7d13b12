package dev.hesse.hessian;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TNumber;

/**
 * The boundary between a loss and the tangent of its gradient: every tensor of the former that the
 * latter reads. For each it writes an operation that keeps the tensor in the session and yields a
 * handle, and one that reads it back by handle, so that a product runs the tangent graph alone.
 * Keeping and reading share the tensor's memory and leave it on its device.
 */
final class KeptValues implements UnaryOperator<Output<TNumber>> {
  /** Tensors that cost nothing to read again. */
  private static final Set<String> ALWAYS_AT_HAND = Set.of("Const", "ReadVariableOp");

  private final Graph graph;
  private final Ops tf;
  private final Map<Output<TNumber>, Kept> kept = new LinkedHashMap<>();

  /**
   * One kept tensor.
   *
   * @param keep yields the handle when the tensor has been computed
   * @param handle placeholder for the handle when it is read back
   * @param read the tensor again
   * @param discard frees it
   */
  record Kept(
      Output<TString> keep, Operand<TString> handle, Operand<TNumber> read, Operation discard) {}

  KeptValues(Graph graph) {
    this.graph = graph;
    this.tf = Ops.create(graph).withSubScope("kept");
  }

  @Override
  public Output<TNumber> apply(Output<TNumber> value) {
    if (ALWAYS_AT_HAND.contains(value.op().type())) {
      return value;
    }
    return kept.computeIfAbsent(value, this::write).read().asOutput();
  }

  private Kept write(Output<TNumber> value) {
    Operand<TString> handle = tf.placeholder(TString.class);
    Output<TNumber> stored =
        graph
            .opBuilder("GetSessionTensor", tf.scope().makeOpName("read"), tf.scope())
            .addInput(handle.asOutput())
            .setAttr("dtype", value.dataType())
            .build()
            .output(0);
    Output<TString> keep =
        graph
            .opBuilder("GetSessionHandle", tf.scope().makeOpName("keep"), tf.scope())
            .addInput(value)
            .build()
            .output(0);
    Operation discard =
        graph
            .opBuilder("DeleteSessionTensor", tf.scope().makeOpName("discard"), tf.scope())
            .addInput(handle.asOutput())
            .build();
    Operand<TNumber> read = tf.ensureShape(stored, value.shape());
    return new Kept(keep, handle, read, discard);
  }

  /** All kept tensors, in the order in which the tangent graph first read them. */
  List<Kept> all() {
    return List.copyOf(kept.values());
  }

  /** The memory that one batch's kept tensors take, as if none shared its buffer with another. */
  long bytes() {
    return kept.keySet().stream()
        .mapToLong(value -> value.shape().size() * elementBytes(value))
        .sum();
  }

  private static long elementBytes(Output<?> value) {
    return switch (value.dataType()) {
      case DT_DOUBLE, DT_INT64 -> 8;
      case DT_HALF, DT_BFLOAT16 -> 2;
      case DT_BOOL, DT_INT8, DT_UINT8 -> 1;
      default -> 4;
    };
  }
}
