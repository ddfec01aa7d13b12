package dev.hesse.models.savedmodel;

import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/**
 * The objects that a model of TensorFlow 2 was made of, by their paths from the model itself. A
 * variable's checkpoint key is its path and {@link #VALUE}, with dots and slashes within names
 * escaped.
 */
final class ModelObjects {
  /** What follows the path in the key of a variable's value. */
  static final String VALUE = "/.ATTRIBUTES/VARIABLE_VALUE";

  private final List<SavedObject> objects;

  ModelObjects(MetaGraphDef model) {
    this.objects = model.getObjectGraphDef().getNodesList();
  }

  /** The variable whose value a checkpoint's key is of; empty if no such path leads to one. */
  Optional<SavedVariable> variable(String key) {
    if (objects.isEmpty() || !key.endsWith(VALUE)) {
      return Optional.empty();
    }
    SavedObject at = objects.get(0);
    for (String step : key.substring(0, key.length() - VALUE.length()).split("/", -1)) {
      Optional<SavedObject> next = child(at, step);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      at = next.get();
    }
    return at.hasVariable() ? Optional.of(at.getVariable()) : Optional.empty();
  }

  private Optional<SavedObject> child(SavedObject object, String step) {
    return object.getChildrenList().stream()
        .filter(child -> escaped(child.getLocalName()).equals(step))
        .map(ObjectReference::getNodeId)
        .filter(number -> number >= 0 && number < objects.size())
        .map(objects::get)
        .findFirst();
  }

  /** A name as keys have it. */
  static String escaped(String name) {
    return name.replace(".", "..").replace("/", ".S");
  }
}
