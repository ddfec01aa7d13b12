package dev.hesse.models.savedmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/**
 * Where a model's checkpoint keeps its variables, found by following the model's own restore
 * operation, of TensorFlow 1 or 2, without running it: {@code RestoreV2} → {@code Assign}. Of a
 * variable that it does not restore, the key is its path among the model's objects, as TensorFlow's
 * object-based checkpoints have it.
 */
final class RestoredVariables {
  private static final Set<String> ASSIGNMENTS =
      Set.of("Assign", "AssignVariableOp", "AssignVariableXlaConcatND");

  /** Characters of a path below which there are others. */
  private static final int MAX_PATH = 1000;

  private RestoredVariables() {}

  /** The checkpoint's key by the name of the variable's node. */
  static Map<String, String> keys(MetaGraphDef model, OperationOutputs operations) {
    SharedVariables shared = new SharedVariables(model.getGraphDef());
    Map<String, String> keys = paths(model, shared);
    String restore = model.getSaverDef().getRestoreOpName();
    boolean there =
        model.getGraphDef().getNodeList().stream()
            .anyMatch(node -> node.getName().equals(TensorName.of(restore).node()));
    if (!there) {
      return keys;
    }
    FlatGraph graph =
        new FunctionInliner(model.getGraphDef(), operations, /* controls= */ true)
            .inline(List.of(TensorName.of(restore)))
            .graph()
            .whole(operations);
    for (NodeDef node : graph.nodes().values()) {
      if (ASSIGNMENTS.contains(node.getOp()) && node.getInputCount() >= 2) {
        TensorName value = graph.origin(TensorName.of(node.getInput(1)));
        TensorName variable = graph.origin(TensorName.of(node.getInput(0)));
        NodeDef restored = graph.node(value);
        if (restored.getOp().equals("RestoreV2")) {
          List<String> names = texts(graph, restored.getInput(1));
          if (value.index() < names.size()) {
            keys.put(shared.node(variable.node()), names.get(value.index()));
          }
        }
      }
    }
    return keys;
  }

  /** Breadth first from the model itself, as they are saved. */
  private static Map<String, String> paths(MetaGraphDef model, SharedVariables shared) {
    List<SavedObject> objects = model.getObjectGraphDef().getNodesList();
    Map<String, String> keys = new LinkedHashMap<>();
    Map<Integer, String> paths = new HashMap<>();
    Deque<Integer> open = new ArrayDeque<>();
    if (!objects.isEmpty()) {
      paths.put(0, "");
      open.add(0);
    }
    while (!open.isEmpty()) {
      int at = open.remove();
      String path = Objects.requireNonNull(paths.get(at));
      SavedObject object = objects.get(at);
      if (object.hasVariable()) {
        shared
            .named(object.getVariable().getName())
            .ifPresent(node -> keys.putIfAbsent(node, path + ModelObjects.VALUE));
      }
      for (ObjectReference child : object.getChildrenList()) {
        int number = child.getNodeId();
        if (number >= 0
            && number < objects.size()
            && path.length() < MAX_PATH
            && !paths.containsKey(number)) {
          String name = ModelObjects.escaped(child.getLocalName());
          paths.put(number, path.isEmpty() ? name : path + "/" + name);
          open.add(number);
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
