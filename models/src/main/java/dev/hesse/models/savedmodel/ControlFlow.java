package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Writes a graph without control flow, as far as that is known before it runs. A branch whose
 * condition is constant is replaced by what is taken, a loop whose number of steps is by its steps
 * one after the other, and a list of tensors by its elements. As the one makes known what the next
 * depends on, this goes in rounds, with constants folded between them.
 */
final class ControlFlow {
  private static final int MAX_ROUNDS = 200;
  private static final Set<String> IF = Set.of("If", "StatelessIf");
  private static final Set<String> CASE = Set.of("Case", "StatelessCase");
  private static final Set<String> WHILE = Set.of("While", "StatelessWhile");
  private static final Set<String> FRAMES = Set.of("Enter", "Exit", "NextIteration", "LoopCond");

  private final FlatGraph graph;
  private final FunctionInliner functions;
  private final OperationOutputs operations;
  private final GraphRewriting rewriting;
  private int written;

  private ControlFlow(FlatGraph graph, FunctionInliner functions, OperationOutputs operations) {
    this.graph = graph;
    this.functions = functions;
    this.operations = operations;
    this.rewriting = new GraphRewriting(graph);
    this.written = graph.nodes().size();
  }

  /**
   * Expands a graph.
   *
   * @throws BadInputException if the targets need what is decided by the data, or too many steps
   */
  static Computation expand(
      Computation computation, FunctionInliner functions, OperationOutputs operations) {
    Computation at = computation;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<NodeDef> unsettled =
          at.graph().nodes().values().stream().filter(ControlFlow::isControl).findFirst();
      if (unsettled.isEmpty()) {
        return at;
      }
      FlatGraph folded = ConstantFolding.fold(at.graph(), at.targets(), operations);
      ControlFlow flow = new ControlFlow(folded, functions, operations);
      flow.round();
      Computation next = flow.rewriting.finish(at.targets());
      if (next.graph().equals(folded)) {
        throw undecided(unsettled.get());
      }
      at = next;
    }
    throw new BadInputException(
        "its branches and loops depend on each other more than %d deep".formatted(MAX_ROUNDS),
        "Export the network without what surrounds it");
  }

  /** Whether what a node does is seen only when it is expanded. */
  static boolean isControl(NodeDef node) {
    return FRAMES.contains(node.getOp())
        || Switches.isOne(node)
        || TensorLists.isList(node)
        || node.getAttrMap().values().stream()
            .anyMatch(value -> !FunctionLibrary.functions(value).isEmpty());
  }

  private void round() {
    try (InferredShapes shapes = new InferredShapes(graph, operations)) {
      Switches switches = new Switches(rewriting);
      TensorLists lists = new TensorLists(rewriting, shapes);
      for (NodeDef node : graph.nodes().values()) {
        if (switches.isDead(node)) {
          continue;
        }
        if (IF.contains(node.getOp())) {
          branch(node, List.of("else_branch", "then_branch"));
        } else if (CASE.contains(node.getOp())) {
          chosen(node);
        } else if (WHILE.contains(node.getOp())) {
          loop(node, shapes);
        } else {
          lists.visit(node);
        }
      }
    }
  }

  private void branch(NodeDef node, List<String> branches) {
    condition(node)
        .ifPresent(
            taken -> {
              String branch = branches.get(taken ? 1 : 0);
              replace(
                  node,
                  call(
                      node.getAttrOrDefault(branch, AttrValue.getDefaultInstance()).getFunc(),
                      node.getName() + (taken ? ".then" : ".else"),
                      arguments(node, 1)));
            });
  }

  /** A number is true if it is not zero, a tensor if it has an element. */
  private Optional<Boolean> condition(NodeDef node) {
    NodeDef condition = rewriting.node(TensorName.of(node.getInput(0)));
    return Constant.integers(condition, ConstantFolding.MAX_ELEMENTS)
        .map(
            values ->
                condition.getAttrOrThrow("value").getTensor().getTensorShape().getDimCount() == 0
                    ? values[0] != 0
                    : values.length > 0);
  }

  private void chosen(NodeDef node) {
    List<NameAttrList> branches =
        node.getAttrOrDefault("branches", AttrValue.getDefaultInstance()).getList().getFuncList();
    Constant.integers(rewriting.node(TensorName.of(node.getInput(0))), 1)
        .filter(number -> !branches.isEmpty())
        .ifPresent(
            number -> {
              // As TensorFlow does, the last one for a number that there is no branch of.
              int last = branches.size() - 1;
              int taken = number[0] < 0 || number[0] > last ? last : (int) number[0];
              replace(
                  node,
                  call(branches.get(taken), node.getName() + ".case" + taken, arguments(node, 1)));
            });
  }

  private void loop(NodeDef node, InferredShapes shapes) {
    List<TensorName> variables = arguments(node, 0);
    List<DataType> types = LoopSlice.types(node);
    if (types.size() != variables.size()) {
      throw BadInputException.damaged(
          "loop %s has not as many variables as types"
              .formatted(BadInputException.quote(node.getName())));
    }
    List<NodeDef> known = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      known.add(standIn(variables.get(i), types.get(i), shapes.of(variables.get(i))));
    }
    LoopSlice.of(node, known, functions, operations)
        .flatMap(slice -> LoopSteps.count(slice, FunctionInliner.MAX_NODES - written))
        .ifPresent(steps -> unroll(node, variables, steps));
  }

  private void unroll(NodeDef node, List<TensorName> first, List<Map<Integer, NodeDef>> steps) {
    List<TensorName> variables = new ArrayList<>(first);
    NameAttrList body = node.getAttrOrDefault("body", AttrValue.getDefaultInstance()).getFunc();
    for (int step = 0; ; step++) {
      List<TensorName> at = variables;
      String name = "%s.step%d".formatted(node.getName(), step);
      steps
          .get(step)
          .forEach(
              (variable, value) -> {
                String counter = name + ".counter" + variable;
                add(value.toBuilder().setName(counter).build());
                at.set(variable, new TensorName(counter, 0));
              });
      if (step == steps.size() - 1) {
        replace(node, variables);
        return;
      }
      variables = new ArrayList<>(call(body, name, variables));
    }
  }

  /** What is known of a tensor: a small constant, a variable, or a placeholder of its shape. */
  private NodeDef standIn(TensorName tensor, DataType type, Shape shape) {
    NodeDef node = graph.nodes().get(tensor.node());
    if (node != null
        && ((node.getOp().equals("Const") && shape.size() <= ConstantFolding.MAX_ELEMENTS)
            || node.getOp().equals("VarHandleOp"))) {
      return node;
    }
    return LoopSlice.placeholder(type, ConstantFolding.shape(shape));
  }

  private List<TensorName> arguments(NodeDef node, int first) {
    List<TensorName> arguments = new ArrayList<>();
    for (int i = first; i < node.getInputCount(); i++) {
      arguments.add(rewriting.input(node, i));
    }
    return arguments;
  }

  private List<TensorName> call(NameAttrList function, String name, List<TensorName> arguments) {
    Computation called = functions.call(function, name, arguments);
    called.graph().nodes().values().forEach(this::add);
    return called.targets();
  }

  private void add(NodeDef node) {
    if (++written > FunctionInliner.MAX_NODES) {
      throw new BadInputException(
          "its branches and loops written out are more than %,d nodes, at %s"
              .formatted(FunctionInliner.MAX_NODES, BadInputException.quote(node.getName())),
          "Feed shorter sequences, or name an output before the loop");
    }
    if (rewriting.has(node.getName())) {
      throw BadInputException.damaged(
          "its branches written out have two nodes %s"
              .formatted(BadInputException.quote(node.getName())));
    }
    rewriting.add(node);
  }

  private void replace(NodeDef node, List<TensorName> results) {
    for (int i = 0; i < results.size(); i++) {
      rewriting.replace(new TensorName(node.getName(), i), results.get(i));
    }
  }

  private static BadInputException undecided(NodeDef node) {
    String type = node.getOp();
    String why =
        TensorLists.isList(node)
            ? "needs a list whose length and places are not known before it runs"
            : WHILE.contains(type)
                ? "ends by the data while it runs, not after a number of steps known before"
                : "decides by the data while it runs";
    return new BadInputException(
        "%s node %s %s".formatted(type, BadInputException.quote(node.getName()), why),
        "Feed a tensor behind it, or name an output that does not need it");
  }
}
