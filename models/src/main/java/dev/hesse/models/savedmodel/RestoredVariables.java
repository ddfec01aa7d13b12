package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.SliceSpec;
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
 *
 * @param keys the checkpoint's key by the name of the variable's node
 * @param slices of variables that are a part of the key's tensor, as {@link SliceSpec} reads them
 */
record RestoredVariables(Map<String, String> keys, Map<String, String> slices) {
  private static final Set<String> ASSIGNMENTS =
      Set.of("Assign", "AssignVariableOp", "AssignVariableXlaConcatND");

  /** Characters of a path below which there are others. */
  private static final int MAX_PATH = 1000;

  static RestoredVariables of(MetaGraphDef model, OperationOutputs operations) {
    SharedVariables shared = new SharedVariables(model.getGraphDef());
    Map<String, String> keys = paths(model, shared);
    Map<String, String> slices = new HashMap<>();
    String restore = model.getSaverDef().getRestoreOpName();
    boolean there =
        model.getGraphDef().getNodeList().stream()
            .anyMatch(node -> node.getName().equals(TensorName.of(restore).node()));
    if (!there) {
      return new RestoredVariables(keys, slices);
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
        if (restored.getOp().equals("RestoreV2") && restored.getInputCount() >= 3) {
          List<String> names = texts(graph, restored.getInput(1));
          if (value.index() < names.size()) {
            String of = shared.node(variable.node());
            keys.put(of, names.get(value.index()));
            slices.put(of, slice(texts(graph, restored.getInput(2)), value.index()));
          }
        }
      }
    }
    slices.values().removeIf(String::isEmpty);
    return new RestoredVariables(keys, slices);
  }

  /** A constant's last element stands for those after it. */
  private static String slice(List<String> slices, int index) {
    return slices.isEmpty() ? "" : slices.get(Math.min(index, slices.size() - 1));
  }

  /**
   * The variables' values by node.
   *
   * @throws BadInputException if the checkpoint does not have one, or if slices of a tensor
   *     together are larger than it
   */
  Map<String, StoredTensor> values(
      List<VariableReads.StoredVariable> variables, Map<String, StoredTensor> checkpoint) {
    Map<String, StoredTensor> values = new LinkedHashMap<>();
    Map<String, Map<String, StoredTensor>> taken = new HashMap<>();
    for (VariableReads.StoredVariable variable : variables) {
      String node = variable.node();
      String key = keys.getOrDefault(node, node);
      StoredTensor tensor = checkpoint.get(key);
      if (tensor == null) {
        throw new BadInputException(
            "variable %s is not in the model's checkpoint, where its key would be %s"
                .formatted(quote(node), quote(key)),
            "Export the model again, with all of its variables");
      }
      String slice = slices.get(node);
      if (slice == null) {
        values.put(node, tensor);
        continue;
      }
      try {
        values.put(node, part(tensor, slice, taken.computeIfAbsent(key, k -> new HashMap<>())));
      } catch (BadInputException e) {
        throw e.in("variable " + quote(node));
      }
    }
    return values;
  }

  /**
   * A slice of a tensor, which may be a copy.
   *
   * @param taken of the same tensor, by their texts
   */
  private static StoredTensor part(
      StoredTensor tensor, String slice, Map<String, StoredTensor> taken) {
    StoredTensor known = taken.get(slice);
    if (known != null) {
      return known;
    }
    StoredTensor part = SliceSpec.parse(slice).of(tensor);
    taken.put(slice, part);
    if (taken.values().stream().mapToLong(StoredTensor::elementCount).sum()
        > tensor.elementCount()) {
      throw BadInputException.damaged("it shares elements with other slices of its tensor");
    }
    return part;
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
