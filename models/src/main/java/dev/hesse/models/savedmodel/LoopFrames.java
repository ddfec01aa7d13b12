package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Writes the loops of TensorFlow 1 as {@code While} nodes with functions. Such a loop is a frame:
 * of each variable, {@code Enter} → {@code Merge} → {@code Switch}, which passes it on to the body,
 * whose end is {@code NextIteration} back to the {@code Merge}, or to {@code Exit}; tensors that do
 * not change have an {@code Enter} alone. Loops in loops are written from the inside out. A frame
 * of another form stays.
 */
final class LoopFrames {
  private static final String ARGUMENT = "loop.variable";

  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final List<FunctionDef> functions = new ArrayList<>();
  private int copied;

  /** The entries of loops that are written. */
  private final Set<String> entered = new HashSet<>();

  /**
   * A variable of a loop.
   *
   * @param uses the tensors that the condition and the body read it by
   * @param decision the node that passes it on; empty if it does not change
   * @param next what the next step gets
   */
  private record Variable(
      NodeDef enter, List<TensorName> uses, Optional<NodeDef> decision, String next) {}

  private LoopFrames(GraphDef graph) {
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
  }

  /**
   * Rewrites the nodes of a graph; the loops of its functions stay.
   *
   * @throws BadInputException if the loops are more than a graph may have nodes
   */
  static GraphDef rewrite(GraphDef graph) {
    if (graph.getNodeList().stream().noneMatch(node -> node.getOp().equals("Enter"))) {
      return graph;
    }
    LoopFrames frames = new LoopFrames(graph);
    int depth = 0;
    while (depth < FunctionLibrary.MAX_DEPTH && frames.rewriteInnermost()) {
      depth++;
    }
    frames.removeInsides();
    GraphDef.Builder written = graph.toBuilder().clearNode().addAllNode(frames.nodes.values());
    written.getLibraryBuilder().addAllFunction(frames.functions);
    return written.build();
  }

  /** Writes the loops that hold no other; false if there is none. */
  private boolean rewriteInnermost() {
    Map<AttrValue, List<NodeDef>> entries = new LinkedHashMap<>();
    Map<String, NodeDef> merges = new HashMap<>();
    Map<String, NodeDef> decisions = new HashMap<>();
    for (NodeDef node : nodes.values()) {
      switch (node.getOp()) {
        case "Enter" ->
            entries
                .computeIfAbsent(
                    node.getAttrOrDefault("frame_name", AttrValue.getDefaultInstance()),
                    frame -> new ArrayList<>())
                .add(node);
        case "Merge" -> node.getInputList().forEach(input -> merges.put(input, node));
        case "Switch" -> {
          if (input(node, 1).filter(test -> test.getOp().equals("LoopCond")).isPresent()) {
            decisions.put(node.getInput(0), node);
          }
        }
        default -> {}
      }
    }
    boolean found = false;
    for (List<NodeDef> frame : entries.values()) {
      found |= rewrite(frame.stream().map(enter -> variable(enter, merges, decisions)).toList());
    }
    return found;
  }

  private Optional<NodeDef> input(NodeDef node, int index) {
    return index < node.getInputCount()
        ? Optional.ofNullable(nodes.get(TensorName.of(node.getInput(index)).node()))
        : Optional.empty();
  }

  private Variable variable(
      NodeDef enter, Map<String, NodeDef> merges, Map<String, NodeDef> decisions) {
    NodeDef merge = merges.get(enter.getName());
    NodeDef decision = merge == null ? null : decisions.get(merge.getName());
    if (merge == null || decision == null || merge.getInputCount() != 2) {
      TensorName entered = new TensorName(enter.getName(), 0);
      return new Variable(enter, List.of(entered), Optional.empty(), enter.getName());
    }
    int back = merge.getInput(0).equals(enter.getName()) ? 1 : 0;
    return new Variable(
        enter,
        List.of(new TensorName(merge.getName(), 0), new TensorName(decision.getName(), 1)),
        Optional.of(decision),
        input(merge, back)
            .filter(next -> next.getOp().equals("NextIteration") && next.getInputCount() > 0)
            .map(next -> next.getInput(0))
            .orElse(""));
  }

  private boolean rewrite(List<Variable> variables) {
    Optional<NodeDef> test =
        variables.stream()
            .flatMap(variable -> variable.decision().stream())
            .flatMap(decision -> input(decision, 1).stream())
            .findFirst();
    long conditions =
        variables.stream()
            .flatMap(variable -> variable.decision().stream())
            .flatMap(decision -> input(decision, 1).stream())
            .map(NodeDef::getName)
            .distinct()
            .count();
    // Two loops may have one frame's name; they are left, and refused by name.
    if (test.isEmpty()
        || conditions != 1
        || test.get().getInputCount() == 0
        || variables.stream().anyMatch(variable -> variable.enter().getInputCount() == 0)) {
      return false;
    }
    String name = test.get().getName();
    Map<TensorName, String> arguments = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      for (TensorName use : variables.get(i).uses()) {
        arguments.put(use, ARGUMENT + i);
      }
    }
    Optional<FunctionDef> condition =
        function(name + ".cond", List.of(test.get().getInput(0)), arguments, variables.size());
    Optional<FunctionDef> body =
        function(
            name + ".body",
            variables.stream().map(Variable::next).toList(),
            arguments,
            variables.size());
    if (condition.isEmpty() || body.isEmpty()) {
      return false;
    }
    functions.add(condition.get());
    functions.add(body.get());
    replace(name, variables);
    return true;
  }

  /** What computes some tensors from the variables; empty if another frame has a part in it. */
  private Optional<FunctionDef> function(
      String name, List<String> results, Map<TensorName, String> arguments, int count) {
    Map<String, NodeDef> body = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(results);
    while (!open.isEmpty()) {
      String input = open.pop();
      TensorName tensor = TensorName.of(input.startsWith("^") ? input.substring(1) : input);
      if (arguments.containsKey(tensor) || body.containsKey(tensor.node())) {
        continue;
      }
      NodeDef node = nodes.get(tensor.node());
      if (node == null || ControlFlow.isOfFrame(node)) {
        return Optional.empty();
      }
      count();
      NodeDef.Builder copy = node.toBuilder().clearInput();
      for (String of : node.getInputList()) {
        if (!of.startsWith("^") || BranchConstants.isPivot(of.substring(1), nodes)) {
          open.push(of);
          copy.addInput(arguments.getOrDefault(TensorName.of(of), of));
        }
      }
      body.put(node.getName(), copy.build());
    }
    FunctionDef.Builder function = FunctionDef.newBuilder().addAllNodeDef(body.values());
    function.getSignatureBuilder().setName(name);
    for (int i = 0; i < count; i++) {
      function.getSignatureBuilder().addInputArgBuilder().setName(ARGUMENT + i);
    }
    for (int i = 0; i < results.size(); i++) {
      String result = results.get(i);
      function.getSignatureBuilder().addOutputArgBuilder().setName("result" + i);
      function.putRet("result" + i, arguments.getOrDefault(TensorName.of(result), result));
    }
    return Optional.of(function.build());
  }

  private void count() {
    if (++copied > FunctionInliner.MAX_NODES) {
      throw new BadInputException(
          "its loops are more than %,d nodes".formatted(FunctionInliner.MAX_NODES),
          "Export a smaller model, or the network without what surrounds it");
    }
  }

  /** Puts one node in the place of the frame, and passes its results on to the exits. */
  private void replace(String name, List<Variable> variables) {
    NodeDef.Builder loop =
        NodeDef.newBuilder()
            .setName(name)
            .setOp("While")
            .putAttr("cond", function(name + ".cond"))
            .putAttr("body", function(name + ".body"));
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    Map<TensorName, String> results = new HashMap<>();
    for (Variable variable : variables) {
      int number = loop.getInputCount();
      loop.addInput(variable.enter().getInput(0));
      types.addType(
          variable.enter().getAttrOrDefault("T", AttrValue.getDefaultInstance()).getType());
      nodes.remove(variable.enter().getName());
      entered.add(variable.enter().getName());
      variable
          .decision()
          .ifPresent(
              decision ->
                  results.put(
                      new TensorName(decision.getName(), 0),
                      new TensorName(name, number).toString()));
    }
    nodes.put(name, loop.putAttr("T", AttrValue.newBuilder().setList(types).build()).build());
    nodes.replaceAll(
        (exit, node) ->
            node.getOp().equals("Exit") && results.containsKey(TensorName.of(node.getInput(0)))
                ? node.toBuilder()
                    .setOp("Identity")
                    .setInput(0, results.get(TensorName.of(node.getInput(0))))
                    .build()
                : node);
  }

  /** What is left of loops: nodes that depend on the entries, which are no longer there. */
  private void removeInsides() {
    Map<String, List<String>> readers = new HashMap<>();
    Deque<String> missing = new ArrayDeque<>();
    for (NodeDef node : nodes.values()) {
      for (String input : node.getInputList()) {
        if (!input.startsWith("^")) {
          String read = TensorName.of(input).node();
          readers.computeIfAbsent(read, name -> new ArrayList<>()).add(node.getName());
          if (entered.contains(read)) {
            missing.add(read);
          }
        }
      }
    }
    while (!missing.isEmpty()) {
      for (String reader : readers.getOrDefault(missing.pop(), List.of())) {
        if (nodes.remove(reader) != null) {
          missing.push(reader);
        }
      }
    }
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }
}
