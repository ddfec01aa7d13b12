package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;

/** The operations that TensorFlow has, and where each of their named outputs begins. */
final class OperationOutputs {
  private final Map<String, OpDef> operations = new HashMap<>();

  OperationOutputs() {
    TensorFlow.registeredOpList().getOpList().forEach(op -> operations.put(op.getName(), op));
  }

  boolean has(String type) {
    return operations.containsKey(type);
  }

  /** Whether running it may read or change anything but its inputs. */
  boolean isStateful(String type) {
    return definition(type).getIsStateful();
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

  /**
   * The number of the first output of the name.
   *
   * @throws BadInputException if the operation has none of that name
   */
  int first(NodeDef node, String name) {
    int first = 0;
    for (ArgDef output : definition(node.getOp()).getOutputArgList()) {
      if (output.getName().equals(name)) {
        return first;
      }
      first += count(node, output);
    }
    throw new BadInputException(
        "operation %s has no output %s"
            .formatted(BadInputException.quote(node.getOp()), BadInputException.quote(name)),
        "The file is damaged: export the model again");
  }

  private static int count(NodeDef node, ArgDef argument) {
    if (!argument.getNumberAttr().isEmpty()) {
      return Math.toIntExact(attribute(node, argument.getNumberAttr()).getI());
    }
    if (!argument.getTypeListAttr().isEmpty()) {
      return attribute(node, argument.getTypeListAttr()).getList().getTypeCount();
    }
    return 1;
  }

  private static AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrDefault(name, AttrValue.getDefaultInstance());
  }
}
