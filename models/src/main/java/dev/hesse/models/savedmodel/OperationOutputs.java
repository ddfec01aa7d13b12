package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;
import org.tensorflow.proto.OpDef.AttrDef;

/** The operations that TensorFlow has, where each of their named outputs begins, and its type. */
final class OperationOutputs {
  private final Map<String, OpDef> operations = new HashMap<>();
  private final Map<String, OpDef> declared = new HashMap<>();

  /** Some outputs of a node, one after the other. */
  record Range(int first, int count) {}

  OperationOutputs() {
    this(List.of());
  }

  /**
   * @param declared what a model says of its operations, of which those that TensorFlow does not
   *     have are known by their outputs' names alone
   */
  OperationOutputs(List<OpDef> declared) {
    declared.forEach(op -> this.declared.put(op.getName(), op));
    TensorFlow.registeredOpList().getOpList().forEach(op -> operations.put(op.getName(), op));
  }

  /** Whether an operation is TensorFlow's. */
  boolean has(String type) {
    return operations.containsKey(type);
  }

  private OpDef definition(String type) {
    OpDef definition = operations.get(type);
    if (definition == null) {
      throw new BadInputException(
          "operation %s is not TensorFlow's".formatted(BadInputException.quote(type)),
          "Export the model without custom operations");
    }
    return definition;
  }

  private OpDef declaration(String type) {
    OpDef ofModel = declared.get(type);
    return has(type) || ofModel == null ? definition(type) : ofModel;
  }

  /**
   * The outputs of the name.
   *
   * @throws BadInputException if the operation has none of that name
   */
  Range outputs(NodeDef node, String name) {
    long first = 0;
    for (ArgDef output : declaration(node.getOp()).getOutputArgList()) {
      long count = Math.max(0, count(output, attribute -> attribute(node, attribute)));
      if (count > FunctionInliner.MAX_NODES - first) {
        throw BadInputException.damaged(
            "node %s has more than %,d outputs"
                .formatted(BadInputException.quote(node.getName()), FunctionInliner.MAX_NODES));
      }
      if (output.getName().equals(name)) {
        return new Range((int) first, (int) count);
      }
      first += count;
    }
    throw new BadInputException(
        "operation %s has no output %s"
            .formatted(BadInputException.quote(node.getOp()), BadInputException.quote(name)),
        "The file is damaged: export the model again");
  }

  /**
   * The element type of an output.
   *
   * @throws BadInputException if the node has no such output
   */
  DataType type(NodeDef node, int index) {
    requireOutput(node, index);
    return outputTypes(node).get(index);
  }

  /**
   * Checks that a node has an output.
   *
   * @throws BadInputException if it has not
   */
  void requireOutput(NodeDef node, int index) {
    if (index >= outputTypes(node).size()) {
      throw missing(node.getName(), index);
    }
  }

  /** Of an output that somebody has named. */
  static BadInputException missing(String node, int index) {
    return new BadInputException(
        "node %s has no output %d".formatted(BadInputException.quote(node), index),
        "Name a tensor that hesse inspect --nodes lists");
  }

  /** The element types of all outputs. */
  List<DataType> outputTypes(NodeDef node) {
    return types(node, definition(node.getOp()).getOutputArgList());
  }

  /** The element types that the inputs must have. */
  List<DataType> inputTypes(NodeDef node) {
    return types(node, definition(node.getOp()).getInputArgList());
  }

  private List<DataType> types(NodeDef node, List<ArgDef> arguments) {
    List<DataType> types = new ArrayList<>();
    for (ArgDef argument : arguments) {
      if (!argument.getTypeListAttr().isEmpty()) {
        types.addAll(attribute(node, argument.getTypeListAttr()).getList().getTypeList());
        continue;
      }
      DataType type =
          argument.getTypeAttr().isEmpty()
              ? argument.getType()
              : attribute(node, argument.getTypeAttr()).getType();
      long count = count(argument, attribute -> attribute(node, attribute));
      if (count > FunctionInliner.MAX_NODES) {
        throw BadInputException.damaged(
            "node %s has %,d tensors".formatted(BadInputException.quote(node.getName()), count));
      }
      for (long i = 0; i < count; i++) {
        types.add(type);
      }
    }
    return types;
  }

  /** The attributes that are types or lists of types, as the operation declares them. */
  List<AttrDef> typeAttributes(String operation) {
    return definition(operation).getAttrList().stream()
        .filter(a -> a.getType().equals("type") || a.getType().equals("list(type)"))
        .toList();
  }

  /**
   * Checks that a node has as many inputs as its operation takes.
   *
   * @throws BadInputException if it has others
   */
  void checkInputs(NodeDef node) {
    long expected = 0;
    for (ArgDef input : definition(node.getOp()).getInputArgList()) {
      expected += count(input, attribute -> attribute(node, attribute));
    }
    long given = node.getInputList().stream().filter(input -> !input.startsWith("^")).count();
    if (given != expected) {
      throw BadInputException.damaged(
          "%s node %s has %d inputs, not %d"
              .formatted(node.getOp(), BadInputException.quote(node.getName()), given, expected));
    }
  }

  /** How many tensors an argument or output is. */
  static long count(ArgDef argument, Function<String, AttrValue> attributes) {
    if (!argument.getNumberAttr().isEmpty()) {
      return attributes.apply(argument.getNumberAttr()).getI();
    }
    if (!argument.getTypeListAttr().isEmpty()) {
      return attributes.apply(argument.getTypeListAttr()).getList().getTypeCount();
    }
    return 1;
  }

  /** As the node says it, or else its operation. */
  private AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrDefault(
        name,
        declaration(node.getOp()).getAttrList().stream()
            .filter(attribute -> attribute.getName().equals(name))
            .map(OpDef.AttrDef::getDefaultValue)
            .findFirst()
            .orElse(AttrValue.getDefaultInstance()));
  }
}
