package dev.hesse.hessian.autodiff;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;
import org.tensorflow.proto.OpDef.AttrDef;

/** Adds operations whose type is known by name only, as TensorFlow's registry describes them. */
final class OperationWriter {
  private static final Map<String, OpDef> TYPES =
      TensorFlow.registeredOpList().getOpList().stream()
          .collect(Collectors.toMap(OpDef::getName, type -> type));

  private OperationWriter() {}

  /**
   * Adds one operation.
   *
   * @param attributes by name; those that the type does not have are left out
   */
  static GraphOperation write(
      Ops tf, String type, List<? extends Operand<?>> inputs, Map<String, AttrValue> attributes) {
    OpDef definition = TYPES.get(type);
    if (definition == null) {
      throw new IllegalArgumentException("TensorFlow has no operation " + type);
    }
    Map<String, AttrValue> known = new HashMap<>(attributes);
    known.keySet().retainAll(definition.getAttrList().stream().map(AttrDef::getName).toList());
    Scope scope = tf.scope();
    GraphOperationBuilder builder =
        (GraphOperationBuilder) scope.env().opBuilder(type, scope.makeOpName(type), scope);
    int next = 0;
    for (ArgDef argument : definition.getInputArgList()) {
      if (isList(argument)) {
        int length = length(argument, known);
        builder.addInputList(
            inputs.subList(next, next + length).stream()
                .map(Operand::asOutput)
                .toArray(Output<?>[]::new));
        next += length;
      } else {
        builder.addInput(inputs.get(next++).asOutput());
      }
    }
    known.forEach(builder::setAttr);
    return builder.build();
  }

  private static boolean isList(ArgDef argument) {
    return !argument.getNumberAttr().isEmpty() || !argument.getTypeListAttr().isEmpty();
  }

  private static int length(ArgDef list, Map<String, AttrValue> attributes) {
    AttrValue types = attributes.get(list.getTypeListAttr());
    if (types != null) {
      return types.getList().getTypeCount();
    }
    AttrValue number = attributes.get(list.getNumberAttr());
    if (number == null) {
      throw new IllegalArgumentException("the list " + list.getName() + " has no length");
    }
    return Math.toIntExact(number.getI());
  }
}
