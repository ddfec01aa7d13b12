package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** Nodes and their inputs in the graphs of all rounds. */
  private static final long MAX_WORK = 30L * FunctionInliner.MAX_NODES;

  /** A loop of which some steps have been written. */
  private static final Pattern STEP = Pattern.compile("(.*)\\.from(\\d{1,4})");

  private static final Set<String> IF = Set.of("If", "StatelessIf");
  private static final Set<String> CASE = Set.of("Case", "StatelessCase");
  private static final Set<String> WHILE = Set.of("While", "StatelessWhile");
  private static final Set<String> FRAMES = Set.of("Enter", "Exit", "NextIteration", "LoopCond");

  private final FlatGraph graph;
  private final FunctionInliner functions;
  private final OperationOutputs operations;
  private final GraphRewriting rewriting;
  private int written;

  /** What has not been expanded, in topological order. */
  private final List<NodeDef> undecided = new ArrayList<>();

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
    Settled settled = settle(computation, functions.fresh(), operations);
    if (settled.undecided().isPresent()) {
      throw undecided(settled.undecided().get());
    }
    return settled.computation();
  }

  /** A graph expanded as far as it can be, and the first node that cannot be. */
  record Settled(Computation computation, Optional<NodeDef> undecided) {}

  /**
   * Expands what can be.
   *
   * @throws BadInputException if that takes too many steps
   */
  static Settled settle(
      Computation computation, FunctionInliner functions, OperationOutputs operations) {
    Computation at = computation;
    long work = 0;
    for (int round = 0; round < MAX_ROUNDS && work < MAX_WORK; round++) {
      Optional<NodeDef> control =
          at.graph().nodes().values().stream().filter(ControlFlow::isControl).findFirst();
      if (control.isEmpty()) {
        return new Settled(at, control);
      }
      FlatGraph folded = ConstantFolding.fold(at.graph(), at.targets());
      ControlFlow flow = new ControlFlow(folded, functions, operations);
      flow.round();
      Computation next = flow.rewriting.finish(at.targets());
      if (next.graph().equals(folded)) {
        return new Settled(next, flow.undecided.stream().findFirst().or(() -> control));
      }
      for (NodeDef node : next.graph().nodes().values()) {
        work += 1 + node.getInputCount();
      }
      at = next;
    }
    throw new BadInputException(
        "its branches and loops depend on each other too deeply",
        "Export the network without what surrounds it");
  }

  /** Whether a node is of a loop of TensorFlow 1. */
  static boolean isOfFrame(NodeDef node) {
    return FRAMES.contains(node.getOp());
  }

  /** Whether what a node does is seen only when it is expanded. */
  static boolean isControl(NodeDef node) {
    return isOfFrame(node)
        || Switches.isOne(node)
        || TensorLists.isList(node)
        || node.getAttrMap().values().stream()
            .anyMatch(value -> !FunctionLibrary.functions(value).isEmpty());
  }

  private void round() {
    try (InferredShapes shapes = new InferredShapes(graph)) {
      Switches switches = new Switches(rewriting);
      TensorLists lists = new TensorLists(rewriting, shapes);
      for (NodeDef node : graph.nodes().values()) {
        if (isControl(node)) {
          operations.checkInputs(node);
        }
        if (!switches.isDead(node)) {
          expand(node, shapes);
          lists.visit(node);
          if (isControl(node) && !lists.isKnown(node)) {
            undecided.add(node);
          }
        }
      }
    }
  }

  private void expand(NodeDef node, InferredShapes shapes) {
    if (IF.contains(node.getOp())) {
      condition(node).ifPresent(taken -> branch(node, taken ? "then" : "else"));
    } else if (CASE.contains(node.getOp())) {
      chosen(node);
    } else if (WHILE.contains(node.getOp())) {
      loop(node, shapes);
    }
  }

  private void branch(NodeDef node, String taken) {
    AttrValue function = node.getAttrOrDefault(taken + "_branch", AttrValue.getDefaultInstance());
    replace(node, call(function.getFunc(), node.getName() + "." + taken, arguments(node, 1)));
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
    List<NodeDef> known = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      known.add(standIn(variables.get(i), types.get(i), shapes.of(variables.get(i))));
    }
    LoopSlice.counting(node, known, functions, operations)
        .flatMap(slice -> LoopSteps.count(slice, FunctionInliner.MAX_NODES - written))
        .ifPresentOrElse(
            steps -> unroll(node, variables, steps),
            () ->
                LoopSlice.testing(node, known, functions, operations)
                    .flatMap(LoopSteps::goesOn)
                    .ifPresent(goesOn -> peel(node, variables, goesOn)));
  }

  /** Writes one step, after which more may be known of the others. */
  private void peel(NodeDef node, List<TensorName> variables, boolean goesOn) {
    if (!goesOn) {
      replace(node, variables);
      return;
    }
    Matcher numbered = STEP.matcher(node.getName());
    boolean begun = numbered.matches();
    String loop = begun ? numbered.group(1) : node.getName();
    int step = begun ? Integer.parseInt(numbered.group(2)) : 0;
    NodeDef.Builder rest = node.toBuilder().setName(loop + ".from" + (step + 1)).clearInput();
    List<TensorName> next = call(body(node), "%s.step%d".formatted(loop, step), variables);
    next.forEach(variable -> rest.addInput(variable.toString()));
    add(rest.build());
    for (int i = 0; i < next.size(); i++) {
      rewriting.replace(new TensorName(node.getName(), i), new TensorName(rest.getName(), i));
    }
  }

  private static NameAttrList body(NodeDef loop) {
    return loop.getAttrOrDefault("body", AttrValue.getDefaultInstance()).getFunc();
  }

  private void unroll(NodeDef node, List<TensorName> first, List<Map<Integer, NodeDef>> steps) {
    List<TensorName> variables = new ArrayList<>(first);
    NameAttrList body = body(node);
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
    return LoopSlice.placeholder(type, ShapeConstants.proto(shape));
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
    String why;
    if (TensorLists.isList(node)) {
      why = "needs a list whose length and places are not known before it runs";
    } else if (WHILE.contains(type)) {
      why = "ends by the data while it runs, not after a number of steps known before";
    } else if (IF.contains(type)
        || CASE.contains(type)
        || Switches.isOne(node)
        || isOfFrame(node)) {
      why = "decides by the data while it runs";
    } else {
      why = "runs functions, which cannot be written out";
    }
    return new BadInputException(
        "%s node %s %s".formatted(type, BadInputException.quote(node.getName()), why),
        "Feed a tensor behind it, or name an output that does not need it");
  }
}
