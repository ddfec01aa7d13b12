package dev.hesse.hessian.autodiff;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.family.TNumber;

/**
 * One operation as a {@link DerivativeRule} sees it. Its input and output values come through a
 * function of the walk: in the reverse walk they are the tensors themselves, in the forward walk
 * they may be copies that an earlier run kept.
 */
final class Node {
  private final Ops tf;
  private final GraphOperation operation;
  private final NodeDef definition;
  private final UnaryOperator<Output<TNumber>> value;

  Node(Ops tf, GraphOperation operation, NodeDef definition, UnaryOperator<Output<TNumber>> value) {
    this.tf = tf;
    this.operation = operation;
    this.definition = definition;
    this.value = value;
  }

  /** Writes further operations into the same graph. */
  Ops tf() {
    return tf;
  }

  String type() {
    return operation.type();
  }

  int inputs() {
    return operation.numInputs();
  }

  /** The value of input i. */
  Operand<TNumber> input(int i) {
    return value.apply(rawInput(i));
  }

  /** The value of output i. */
  Operand<TNumber> output(int i) {
    return value.apply(operation.output(i));
  }

  Shape inputShape(int i) {
    return operation.input(i).shape();
  }

  Shape outputShape(int i) {
    Output<TNumber> output = operation.output(i);
    return output.shape();
  }

  /** The number type that this operation computes in. */
  Class<TNumber> numberType() {
    Output<TNumber> output = operation.output(0);
    return output.type();
  }

  AttrValue attribute(String name) {
    return definition.getAttrOrThrow(name);
  }

  boolean flag(String name) {
    return definition.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getB();
  }

  /** The elements of an integer input that is a constant of the graph: axes, shapes, paddings. */
  long[] constant(int i) {
    GraphOperation source = (GraphOperation) operation.input(i).op();
    if (!source.type().equals("Const")) {
      throw new UnsupportedGraphException(
          "input %d of %s node %s is computed by %s node %s, not a constant"
              .formatted(i, type(), operation.name(), source.type(), source.name()),
          "Fix it to a constant in the model");
    }
    return integers(source.attributes().getAttrValueProto("value").getTensor());
  }

  /** The elements of a serialised integer tensor, packed or one by one, the last one repeated. */
  private static long[] integers(TensorProto tensor) {
    boolean wide = tensor.getDtype() == DataType.DT_INT64;
    if (!wide && tensor.getDtype() != DataType.DT_INT32) {
      throw new IllegalArgumentException("a constant of " + tensor.getDtype());
    }
    long[] elements =
        new long
            [tensor.getTensorShape().getDimList().stream()
                .mapToInt(dimension -> Math.toIntExact(dimension.getSize()))
                .reduce(1, Math::multiplyExact)];
    int listed = wide ? tensor.getInt64ValCount() : tensor.getIntValCount();
    ByteBuffer packed =
        tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements.length; i++) {
      if (packed.hasRemaining()) {
        elements[i] = wide ? packed.getLong() : packed.getInt();
      } else if (listed > 0) {
        int last = Math.min(i, listed - 1);
        elements[i] = wide ? tensor.getInt64Val(last) : tensor.getIntVal(last);
      }
    }
    return elements;
  }

  /** An integer constant of the type that input i has. */
  Operand<?> constantLike(int i, long[] values) {
    return operation.input(i).dataType() == DataType.DT_INT64
        ? tf.constant(values)
        : tf.constant(Arrays.stream(values).mapToInt(Math::toIntExact).toArray());
  }

  /** The same operation on other inputs: same type, same attributes. */
  Operand<TNumber> reapply(List<? extends Operand<?>> inputs) {
    return apply(type(), inputs);
  }

  /** Another type of operation with this one's attributes. */
  Operand<TNumber> apply(String otherType, List<? extends Operand<?>> inputs) {
    return build(otherType, inputs, definition.getAttrMap());
  }

  /** As {@link #apply}, for an input that has been padded already. */
  Operand<TNumber> applyUnpadded(String otherType, List<? extends Operand<?>> inputs) {
    Map<String, AttrValue> attributes = new HashMap<>(definition.getAttrMap());
    attributes.put(
        "padding", AttrValue.newBuilder().setS(ByteString.copyFromUtf8("VALID")).build());
    attributes.remove("explicit_paddings");
    return build(otherType, inputs, attributes);
  }

  private Operand<TNumber> build(
      String otherType, List<? extends Operand<?>> inputs, Map<String, AttrValue> attributes) {
    GraphOperationBuilder builder =
        operation.env().opBuilder(otherType, tf.scope().makeOpName(otherType), tf.scope());
    inputs.forEach(input -> builder.addInput(input.asOutput()));
    attributes.forEach(
        (name, attribute) -> {
          if (!name.startsWith("_")) {
            builder.setAttr(name, attribute);
          }
        });
    return builder.build().output(0);
  }

  private Output<TNumber> rawInput(int i) {
    @SuppressWarnings("unchecked") // differentiable values are numbers
    Output<TNumber> input = (Output<TNumber>) operation.input(i);
    return input;
  }

  @Override
  public String toString() {
    return type() + " node " + operation.name();
  }
}
