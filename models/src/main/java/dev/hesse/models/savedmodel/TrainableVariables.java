package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.VariableDef;

/**
 * Which variables a model was trained by.
 *
 * @param rule how that is known: a phrase
 * @param nodes of the variables, as far as the rule names them
 */
record TrainableVariables(String rule, Set<String> nodes) {
  private static final String COLLECTION = "trainable_variables";
  private static final int MAX_LISTED = 5;

  /**
   * Asks TensorFlow 2's object graph, then TensorFlow 1's collection.
   *
   * @param reached the nodes of the floating-point variables that the loss depends on; if what a
   *     model says is true of none of them, all are trainable
   * @param keys of variables in the model's checkpoint, by node
   */
  static TrainableVariables of(MetaGraphDef model, List<String> reached, Map<String, String> keys) {
    SharedVariables shared = new SharedVariables(model.getGraphDef());
    Set<String> saved = objectGraph(model, shared, reached, keys);
    if (!saved.isEmpty()) {
      return new TrainableVariables(
          "the variables that the model's object graph says are trainable", saved);
    }
    Set<String> collected = retained(collection(model, shared), reached);
    if (!collected.isEmpty()) {
      return new TrainableVariables("the model's collection of trainable variables", collected);
    }
    return new TrainableVariables(
        "all floating-point variables that the loss depends on, as the model does not say more",
        Set.copyOf(reached));
  }

  /**
   * Those that a user chooses by their names.
   *
   * @param reached the nodes of all floating-point variables that the loss depends on
   * @param parameters of all of them; empty for those that the model says
   * @param exclude of the chosen ones
   * @throws BadInputException if no variable is left
   */
  TrainableVariables chosen(
      List<String> reached, Optional<Pattern> parameters, Optional<Pattern> exclude) {
    Set<String> chosen =
        (parameters.isPresent() ? reached : nodes)
            .stream()
                .filter(name -> parameters.stream().allMatch(p -> p.matcher(name).find()))
                .filter(name -> exclude.stream().noneMatch(p -> p.matcher(name).find()))
                .collect(Collectors.toUnmodifiableSet());
    if (chosen.isEmpty() && !reached.isEmpty()) {
      throw new BadInputException(
          "no variable that the loss depends on is chosen as a parameter",
          reached.stream()
              .sorted()
              .limit(MAX_LISTED)
              .map(BadInputException::quote)
              .collect(
                  Collectors.joining(
                      ", ", "There are ", reached.size() > MAX_LISTED ? " and others" : "")));
    }
    String by =
        parameters
            .map(p -> "the floating-point variables whose names match " + quote(p.pattern()))
            .orElse(rule);
    return new TrainableVariables(
        exclude.map(p -> by + ", without those that match " + quote(p.pattern())).orElse(by),
        chosen);
  }

  private static Set<String> retained(Set<String> named, List<String> reached) {
    Set<String> retained = new HashSet<>(named);
    retained.retainAll(reached);
    return Set.copyOf(retained);
  }

  private static Set<String> collection(MetaGraphDef model, SharedVariables shared) {
    Set<String> nodes = new HashSet<>();
    if (model.containsCollectionDef(COLLECTION)) {
      for (ByteString variable :
          model.getCollectionDefOrThrow(COLLECTION).getBytesList().getValueList()) {
        try {
          nodes.add(
              shared.node(TensorName.of(VariableDef.parseFrom(variable).getVariableName()).node()));
        } catch (InvalidProtocolBufferException e) {
          throw BadInputException.damaged("the collection %s is none".formatted(COLLECTION));
        }
      }
    }
    return nodes;
  }

  /**
   * By the path that a checkpoint's key is, as names need not be unique; and by the name under
   * which a variable is shared where there is no such path.
   */
  private static Set<String> objectGraph(
      MetaGraphDef model, SharedVariables shared, List<String> reached, Map<String, String> keys) {
    ModelObjects objects = new ModelObjects(model);
    Set<String> named = new HashSet<>();
    for (SavedObject object : model.getObjectGraphDef().getNodesList()) {
      if (object.hasVariable() && object.getVariable().getTrainable()) {
        shared.named(object.getVariable().getName()).ifPresent(named::add);
      }
    }
    return reached.stream()
        .filter(
            node ->
                objects
                    .variable(keys.getOrDefault(node, ""))
                    .map(SavedVariable::getTrainable)
                    .orElseGet(() -> named.contains(node)))
        .collect(Collectors.toUnmodifiableSet());
  }
}
