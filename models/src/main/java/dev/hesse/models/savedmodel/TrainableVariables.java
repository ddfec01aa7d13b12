package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import java.util.HashMap;
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
   * @param reached the nodes of the floating-point variables that the loss depends on; all are
   *     trainable if the model says nothing of them
   * @param keys of variables in the model's checkpoint, by node
   */
  static TrainableVariables of(MetaGraphDef model, List<String> reached, Map<String, String> keys) {
    SharedVariables shared = new SharedVariables(model.getGraphDef());
    Map<String, SavedVariable> objects = objects(model, shared, reached, keys);
    if (!objects.isEmpty()) {
      ModelObjects all = new ModelObjects(model);
      return new TrainableVariables(
          "the variables that the model's object graph says are trainable",
          objects.entrySet().stream()
              .filter(object -> all.isTrainable(object.getValue()))
              .map(Map.Entry::getKey)
              .collect(Collectors.toUnmodifiableSet()));
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
          nodes.isEmpty() && parameters.isEmpty()
              ? "the model says that none of the variables that the loss depends on is trainable"
              : "no variable that the loss depends on is chosen as a parameter",
          reached.stream()
              .sorted()
              .limit(MAX_LISTED)
              .map(BadInputException::quote)
              .collect(
                  Collectors.joining(
                      ", ",
                      "Choose with --parameters REGEX among ",
                      reached.size() > MAX_LISTED ? " and others" : "")));
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
   * The objects of the variables that are reached: by the path that a checkpoint's key is, as names
   * need not be unique, or by the name under which a variable is shared where there is no such
   * path.
   */
  private static Map<String, SavedVariable> objects(
      MetaGraphDef model, SharedVariables shared, List<String> reached, Map<String, String> keys) {
    Map<String, SavedVariable> named = new HashMap<>();
    for (SavedObject object : model.getObjectGraphDef().getNodesList()) {
      if (object.hasVariable()) {
        shared
            .named(object.getVariable().getName())
            .ifPresent(node -> named.putIfAbsent(node, object.getVariable()));
      }
    }
    ModelObjects objects = new ModelObjects(model);
    Map<String, SavedVariable> found = new HashMap<>();
    for (String node : reached) {
      objects
          .variable(keys.getOrDefault(node, ""))
          .or(() -> Optional.ofNullable(named.get(node)))
          .ifPresent(variable -> found.put(node, variable));
    }
    return found;
  }
}
