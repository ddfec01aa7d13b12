package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/** The functions of a graph. None that is handed out calls itself, by a branch or a loop either. */
final class FunctionLibrary {
  /** How deep functions may call each other. */
  static final int MAX_DEPTH = 64;

  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Set<String> checked = new HashSet<>();

  FunctionLibrary(GraphDef graph) {
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(function -> functions.put(function.getSignature().getName(), function));
  }

  /**
   * The function of a name, if there is one.
   *
   * @throws BadInputException if it calls itself
   */
  Optional<FunctionDef> find(String name) {
    check(name, new LinkedHashSet<>());
    return Optional.ofNullable(functions.get(name));
  }

  /**
   * The function that a node names.
   *
   * @throws BadInputException if there is none, or it calls itself
   */
  FunctionDef get(String name, String caller) {
    return find(name)
        .orElseThrow(
            () ->
                new BadInputException(
                    "node %s calls function %s, which the file does not hold"
                        .formatted(BadInputException.quote(caller), BadInputException.quote(name)),
                    "The file is damaged: export the model again"));
  }

  private void check(String name, Set<String> callers) {
    FunctionDef function = functions.get(name);
    if (function == null || checked.contains(name)) {
      return;
    }
    if (!callers.add(name)) {
      throw new BadInputException(
          "function %s calls itself".formatted(BadInputException.quote(name)),
          "Export the model without recursion");
    }
    if (callers.size() > MAX_DEPTH) {
      throw tooDeep(name);
    }
    for (NodeDef node : function.getNodeDefList()) {
      callees(node).forEach(callee -> check(callee, callers));
    }
    callers.remove(name);
    checked.add(name);
  }

  static BadInputException tooDeep(String where) {
    return new BadInputException(
        "functions call each other more than %d deep, at %s"
            .formatted(MAX_DEPTH, BadInputException.quote(where)),
        "The file is damaged or was made to mislead: get it again from its source");
  }

  /** The functions that a node names. */
  private static List<String> callees(NodeDef node) {
    List<String> names = new ArrayList<>(List.of(node.getOp()));
    for (AttrValue value : node.getAttrMap().values()) {
      functions(value).stream().map(NameAttrList::getName).forEach(names::add);
    }
    return names;
  }

  /** The functions that an attribute names. */
  static List<NameAttrList> functions(AttrValue value) {
    return value.hasFunc() ? List.of(value.getFunc()) : value.getList().getFuncList();
  }
}
