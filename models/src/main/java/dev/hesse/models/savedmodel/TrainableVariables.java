package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.VariableDef;

/**
 * Which variables a model was trained by.
 *
 * @param rule how that is known
 * @param nodes of the variables, as far as the rule names them
 */
record TrainableVariables(Rule rule, Set<String> nodes) {
  private static final String COLLECTION = "trainable_variables";

  /** Where a model says which of its variables are trainable. */
  enum Rule {
    COLLECTION("the model's collection of trainable variables"),
    OBJECT_GRAPH("the variables that the model's object graph says are trainable"),
    ALL("all floating-point variables that the loss depends on, as the model does not say more");

    private final String sentence;

    Rule(String sentence) {
      this.sentence = sentence;
    }

    String sentence() {
      return sentence;
    }
  }

  /**
   * Asks TensorFlow 1's collection, then TensorFlow 2's object graph.
   *
   * @param reached the nodes of the floating-point variables that the loss depends on; if what a
   *     model says is true of none of them, all are trainable
   */
  static TrainableVariables of(MetaGraphDef model, List<String> reached) {
    Set<String> collected = retained(collection(model), reached);
    if (!collected.isEmpty()) {
      return new TrainableVariables(Rule.COLLECTION, collected);
    }
    Set<String> saved = retained(objectGraph(model), reached);
    if (!saved.isEmpty()) {
      return new TrainableVariables(Rule.OBJECT_GRAPH, saved);
    }
    return new TrainableVariables(Rule.ALL, Set.copyOf(reached));
  }

  private static Set<String> retained(Set<String> named, List<String> reached) {
    Set<String> retained = new HashSet<>(named);
    retained.retainAll(reached);
    return Set.copyOf(retained);
  }

  private static Set<String> collection(MetaGraphDef model) {
    Set<String> nodes = new HashSet<>();
    if (model.containsCollectionDef(COLLECTION)) {
      for (ByteString variable :
          model.getCollectionDefOrThrow(COLLECTION).getBytesList().getValueList()) {
        try {
          nodes.add(TensorName.of(VariableDef.parseFrom(variable).getVariableName()).node());
        } catch (InvalidProtocolBufferException e) {
          throw BadInputException.damaged("the collection %s is none".formatted(COLLECTION));
        }
      }
    }
    return nodes;
  }

  /** Objects have the names under which variables are shared, which nodes may differ from. */
  private static Set<String> objectGraph(MetaGraphDef model) {
    Set<String> names = new HashSet<>();
    for (SavedObject object : model.getObjectGraphDef().getNodesList()) {
      if (object.hasVariable() && object.getVariable().getTrainable()) {
        names.add(object.getVariable().getName());
      }
    }
    Set<String> nodes = new HashSet<>();
    for (NodeDef node : model.getGraphDef().getNodeList()) {
      String shared =
          node.getAttrOrDefault("shared_name", AttrValue.getDefaultInstance())
              .getS()
              .toStringUtf8();
      if (node.getOp().equals("VarHandleOp")
          && (names.contains(shared) || (shared.isEmpty() && names.contains(node.getName())))) {
        nodes.add(node.getName());
      }
    }
    return nodes;
  }
}
