package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef.AttrDef;

/** Nodes with the inputs and types that their operation declares. */
final class WholeNode {
  private WholeNode() {}

  /**
   * Checks a node; one of an operation that is not TensorFlow's may be as it likes.
   *
   * @throws BadInputException if it has too few or too many inputs, lacks a type, or is a constant
   *     without a value
   */
  static void require(NodeDef node, OperationOutputs operations) {
    if (!operations.has(node.getOp())) {
      return;
    }
    for (AttrDef attribute : operations.typeAttributes(node.getOp())) {
      AttrValue type = node.getAttrMap().get(attribute.getName());
      boolean isType =
          type == null
              ? attribute.hasDefaultValue()
              : attribute.getType().equals("type")
                  ? type.getValueCase() == AttrValue.ValueCase.TYPE
                  : type.hasList();
      if (!isType) {
        throw BadInputException.damaged(
            "node %s has no type %s".formatted(quote(node.getName()), attribute.getName()));
      }
    }
    operations.checkInputs(node);
    if (node.getOp().equals("Const")
        && !node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).hasTensor()) {
      throw BadInputException.damaged("constant %s has no value".formatted(quote(node.getName())));
    }
  }
}
