package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;

/**
 * Adds nodes one by one to a graph, which infers their outputs' shapes at once, or runs them one by
 * one.
 *
 * @param environment a graph, or a session that runs what it is given
 */
record NodeBuilder(ExecutionEnvironment environment) {
  private static final Map<String, OpDef> DEFINITIONS =
      TensorFlow.registeredOpList().getOpList().stream()
          .filter(operation -> OperationPolicy.allowed().contains(operation.getName()))
          .collect(Collectors.toUnmodifiableMap(OpDef::getName, operation -> operation));

  /**
   * Adds or runs a node.
   *
   * @param node of an allowed type, checked
   * @param inputs of the same environment
   * @throws BadInputException if TensorFlow refuses it
   */
  List<Output<?>> build(NodeDef node, List<Output<?>> inputs) {
    try {
      OperationBuilder builder =
          environment.opBuilder(node.getOp(), node.getName(), environment.baseScope());
      addInputs(builder, node, inputs);
      node.getAttrMap().forEach(builder::setAttr);
      Operation operation = builder.build();
      List<Output<?>> outputs = new ArrayList<>();
      for (int i = 0; i < operation.numOutputs(); i++) {
        outputs.add(operation.output(i));
      }
      return outputs;
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new BadInputException(
          "TensorFlow refuses %s node %s: %s"
              .formatted(
                  node.getOp(),
                  BadInputException.quote(node.getName()),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given")),
          "Check the shapes of what is fed, or try another precision",
          e);
    }
  }

  private static void addInputs(OperationBuilder builder, NodeDef node, List<Output<?>> inputs) {
    int next = 0;
    for (ArgDef argument :
        Objects.requireNonNull(DEFINITIONS.get(node.getOp())).getInputArgList()) {
      boolean list = !argument.getNumberAttr().isEmpty() || !argument.getTypeListAttr().isEmpty();
      long count = list ? count(node, argument) : 1;
      if (next + count > inputs.size()) {
        throw new IllegalArgumentException("it has fewer inputs than it needs");
      }
      List<Output<?>> given = inputs.subList(next, (int) (next + count));
      if (list) {
        builder.addInputList(given.toArray(Output<?>[]::new));
      } else {
        builder.addInput(given.get(0));
      }
      next += given.size();
    }
    if (next < inputs.size()) {
      throw new IllegalArgumentException("it has more inputs than it takes");
    }
  }

  private static long count(NodeDef node, ArgDef list) {
    return list.getNumberAttr().isEmpty()
        ? attribute(node, list.getTypeListAttr()).getList().getTypeCount()
        : attribute(node, list.getNumberAttr()).getI();
  }

  private static AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrDefault(name, AttrValue.getDefaultInstance());
  }
}
