package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
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

  /** Writes further arithmetic into the same graph. */
  MathOps math() {
    return tf.math;
  }

  String type() {
    return operation.type();
  }

  int inputs() {
    return operation.numInputs();
  }

  int outputs() {
    return operation.numOutputs();
  }

  /** Whether a derivative with respect to input i exists; there is none for integers. */
  boolean movesInput(int i) {
    return GraphView.moves(operation.input(i));
  }

  /** Whether output i has a derivative. */
  boolean movesOutput(int i) {
    return GraphView.moves(operation.output(i));
  }

  /** The value of input i. */
  Operand<TNumber> input(int i) {
    return value.apply(rawInput(i));
  }

  /** The value of output i. */
  Operand<TNumber> output(int i) {
    return value.apply(operation.output(i));
  }

  /** The shape of input i, without unknown dimensions. */
  Shape inputShape(int i) {
    return known(operation.input(i).shape(), "input", i);
  }

  /** The shape of output i, without unknown dimensions. */
  Shape outputShape(int i) {
    return known(rawOutput(i).shape(), "output", i);
  }

  private Shape known(Shape shape, String side, int i) {
    if (shape.hasUnknownDimension()) {
      throw new UnsupportedGraphException(
          "%s %d of %s has the shape %s, which is not known whole".formatted(side, i, this, shape),
          "Fix the batch size and other sizes in the model");
    }
    return shape;
  }

  Class<TNumber> inputType(int i) {
    return rawInput(i).type();
  }

  /** A scalar of the number type of the first output. */
  Operand<TNumber> scalar(double value) {
    return Constants.scalar(tf, rawOutput(0).type(), value);
  }

  /** Zeros in the shape and type of input i. */
  Operand<TNumber> zerosLikeInput(int i) {
    return zeros(inputType(i), inputShape(i));
  }

  /** Zeros in the shape and type of output i. */
  Operand<TNumber> zerosLikeOutput(int i) {
    return zeros(rawOutput(i).type(), outputShape(i));
  }

  private Operand<TNumber> zeros(Class<TNumber> type, Shape shape) {
    return Sums.broadcast(tf, Constants.scalar(tf, type, 0), shape);
  }

  AttrValue attribute(String name) {
    return definition.getAttrOrThrow(name);
  }

  boolean flag(String name) {
    return definition.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getB();
  }

  int integer(String name) {
    return Math.toIntExact(
        definition.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getI());
  }

  /** A string attribute; empty if the node has none of that name. */
  String text(String name) {
    return definition.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getS().toStringUtf8();
  }

  /** A list attribute of integers; empty if the node has none of that name. */
  int[] integers(String name) {
    return definition
        .getAttrOrDefault(name, AttrValue.getDefaultInstance())
        .getList()
        .getIList()
        .stream()
        .mapToInt(Math::toIntExact)
        .toArray();
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
    return IntegerConstant.elements(source.attributes().getAttrValueProto("value").getTensor());
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

  /** All outputs of the same operation on other inputs. */
  List<Operand<TNumber>> reapplyAll(List<? extends Operand<?>> inputs) {
    GraphOperation applied = write(type(), inputs, Map.of());
    List<Operand<TNumber>> outputs = new ArrayList<>();
    for (int i = 0; i < applied.numOutputs(); i++) {
      outputs.add(applied.output(i));
    }
    return outputs;
  }

  /** Another type of operation with those of this one's attributes that it has too. */
  Operand<TNumber> apply(String otherType, List<? extends Operand<?>> inputs) {
    return apply(otherType, inputs, Map.of());
  }

  /** As {@link #apply(String, List)}, with some attributes set anew. */
  Operand<TNumber> apply(
      String otherType, List<? extends Operand<?>> inputs, Map<String, AttrValue> changed) {
    return write(otherType, inputs, changed).output(0);
  }

  private GraphOperation write(
      String otherType, List<? extends Operand<?>> inputs, Map<String, AttrValue> changed) {
    Map<String, AttrValue> attributes = new HashMap<>(definition.getAttrMap());
    attributes.putAll(changed);
    return OperationWriter.write(tf, otherType, inputs, attributes);
  }

  private Output<TNumber> rawOutput(int i) {
    return operation.output(i);
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
