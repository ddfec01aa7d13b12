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

  /**
   * Whether the model is trained by a variable: as its lists {@code trainable_variables} and {@code
   * non_trainable_variables} say, which Keras 3 exports in place of true flags, or else as the
   * variable's own flag does.
   */
  boolean isTrainable(SavedVariable variable) {
    boolean listed = isListed(variable, "trainable_variables");
    boolean listedNot = isListed(variable, "non_trainable_variables");
    return listed == listedNot ? variable.getTrainable() : listed;
  }

  /** By name, as exports hold a variable twice, under different paths. */
  private boolean isListed(SavedVariable variable, String list) {
    return child(objects.get(0), list).stream()
        .flatMap(found -> found.getChildrenList().stream())
        .map(ObjectReference::getNodeId)
        .filter(number -> number >= 0 && number < objects.size())
        .map(number -> objects.get(number).getVariable().getName())
        .anyMatch(variable.getName()::equals);
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
