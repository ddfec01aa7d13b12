package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/** Objects as Keras 3 exports them: lists of variables, each of which is there twice. */
class ModelObjectsTest {
  private static SavedObject object(Map<String, Integer> children) {
    SavedObject.Builder object = SavedObject.newBuilder();
    children.forEach(
        (name, number) ->
            object.addChildren(ObjectReference.newBuilder().setLocalName(name).setNodeId(number)));
    return object.build();
  }

  private static SavedObject variable(String name, boolean trainable) {
    return SavedObject.newBuilder()
        .setVariable(SavedVariable.newBuilder().setName(name).setTrainable(trainable))
        .build();
  }

  private static ModelObjects objects(List<SavedObject> objects) {
    return new ModelObjects(
        MetaGraphDef.newBuilder()
            .setObjectGraphDef(SavedObjectGraph.newBuilder().addAllNodes(objects))
            .build());
  }

  private static boolean isTrainable(ModelObjects objects, String key) {
    return objects.isTrainable(objects.variable(key + ModelObjects.VALUE).orElseThrow());
  }

  @Test
  void listsOfTheModelSayWhatFlagsDoNot() {
    ModelObjects objects =
        objects(
            List.of(
                object(Map.of("trainable_variables", 1, "non_trainable_variables", 2, "_all", 3)),
                object(Map.of("0", 4)),
                object(Map.of("0", 5)),
                object(Map.of("0", 6, "1", 7, "a.b/c", 8)),
                variable("head/kernel", true),
                variable("base/kernel", true),
                variable("head/kernel", true),
                variable("base/kernel", true),
                variable("counter", false)));
    assertThat(isTrainable(objects, "_all/0")).isTrue();
    assertThat(isTrainable(objects, "_all/1")).isFalse();
    // In neither list, and with a name whose dots and slashes are escaped.
    assertThat(isTrainable(objects, "_all/a..b.Sc")).isFalse();
    assertThat(objects.variable("_all/2" + ModelObjects.VALUE)).isEmpty();
    assertThat(objects.variable("_all/0")).isEmpty();
  }

  @Test
  void flagsCountWhereThereAreNoLists() {
    ModelObjects objects =
        objects(
            List.of(
                object(Map.of("w", 1, "v", 2, "lost", 99)),
                variable("w", true),
                variable("v", false)));
    assertThat(isTrainable(objects, "w")).isTrue();
    assertThat(isTrainable(objects, "v")).isFalse();
    assertThat(objects.variable("lost" + ModelObjects.VALUE)).isEmpty();
  }
}
