package dev.hesse.models.savedmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Where a model's checkpoint keeps its variables, found by following the model's own restore
 * operation, of TensorFlow 1 or 2, without running it: {@code RestoreV2} → {@code Assign}.
 */
final class RestoredVariables {
  private static final Set<String> ASSIGNMENTS =
      Set.of("Assign", "AssignVariableOp", "AssignVariableXlaConcatND");

  private RestoredVariables() {}

  /** The checkpoint's key by the name of the variable's node; empty if nothing is restored. */
  static Map<String, String> keys(MetaGraphDef model, OperationOutputs operations) {
    String restore = model.getSaverDef().getRestoreOpName();
    Map<String, String> keys = new LinkedHashMap<>();
    boolean there =
        model.getGraphDef().getNodeList().stream()
            .anyMatch(node -> node.getName().equals(TensorName.of(restore).node()));
    if (!there) {
      return keys;
    }
    FlatGraph graph =
        new FunctionInliner(model.getGraphDef(), operations, /* controls= */ true)
            .inline(List.of(TensorName.of(restore)))
            .graph();
    for (NodeDef node : graph.nodes().values()) {
      if (ASSIGNMENTS.contains(node.getOp()) && node.getInputCount() >= 2) {
        TensorName value = graph.origin(TensorName.of(node.getInput(1)));
        TensorName variable = graph.origin(TensorName.of(node.getInput(0)));
        NodeDef restored = graph.node(value);
        if (restored.getOp().equals("RestoreV2")) {
          List<String> names = texts(graph, restored.getInput(1));
          if (value.index() < names.size()) {
            keys.put(variable.node(), names.get(value.index()));
          }
        }
      }
    }
    return keys;
  }

  private static List<String> texts(FlatGraph graph, String input) {
    NodeDef node = graph.node(graph.origin(TensorName.of(input)));
    List<String> texts = new ArrayList<>();
    if (node.getOp().equals("Const")) {
      TensorProto tensor = node.getAttrOrThrow("value").getTensor();
      tensor.getStringValList().forEach(text -> texts.add(text.toStringUtf8()));
    }
    return texts;
  }
}
