package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The part of a loop that decides how often it runs: its condition, and what computes the variables
 * that the condition is a function of, which are the loop's counters.
 *
 * @param loop its name
 * @param bodySize how many nodes a step is, written out
 * @param graph with a placeholder for each counter
 * @param counters the variables' numbers
 * @param first the tensors of the counters' first values
 * @param condition whether there is another step
 * @param next the tensors of the counters' next values
 */
record LoopSlice(
    String loop,
    int bodySize,
    FlatGraph graph,
    List<Integer> counters,
    List<TensorName> first,
    TensorName condition,
    List<TensorName> next) {

  /**
   * What counts a loop's steps; empty if it needs what is not known.
   *
   * @param known of the loop variables' first values: a constant, a handle, or a placeholder for
   *     each
   * @throws BadInputException if the loop's functions do not go together
   */
  static Optional<LoopSlice> counting(
      NodeDef loop, List<NodeDef> known, FunctionInliner functions, OperationOutputs operations) {
    List<TensorName> variables = variables(known.size());
    Computation test = functions.call(function(loop, "cond"), "cond", variables);
    Computation body = functions.call(function(loop, "body"), "body", variables);
    if (test.targets().size() != 1 || body.targets().size() != known.size()) {
      throw BadInputException.damaged(
          "loop %s has a condition or a body of other results than it needs"
              .formatted(BadInputException.quote(loop.getName())));
    }
    Map<String, NodeDef> nodes = named(known);
    nodes.putAll(test.graph().nodes());
    nodes.putAll(body.graph().nodes());
    FlatGraph whole = new FlatGraph(nodes);
    for (int i = 0; i < known.size(); i++) {
      TensorName variable = variables.get(i);
      if (!whole.origin(body.targets().get(i)).equals(variable)) {
        NodeDef changing = placeholder(types(loop).get(i), shape(known.get(i)));
        nodes.put(variable.node(), changing.toBuilder().setName(variable.node()).build());
      }
    }
    List<TensorName> targets = new ArrayList<>(test.targets());
    targets.addAll(body.targets());
    FlatGraph folded = ConstantFolding.fold(whole, targets);
    return slice(loop, known, folded, test.targets().get(0), body);
  }

  /** What tests whether a loop takes one step; empty if it needs what is not known. */
  static Optional<LoopSlice> testing(
      NodeDef loop, List<NodeDef> known, FunctionInliner functions, OperationOutputs operations) {
    Computation test = functions.call(function(loop, "cond"), "cond", variables(known.size()));
    Map<String, NodeDef> nodes = named(known);
    nodes.putAll(test.graph().nodes());
    Computation settled =
        ControlFlow.settle(
                new Computation(new FlatGraph(nodes), test.targets()), functions, operations)
            .computation();
    FlatGraph slice =
        ConstantFolding.fold(settled.graph(), settled.targets()).neededBy(settled.targets());
    return runs(slice) && read(slice, known.size()).isEmpty()
        ? Optional.of(
            new LoopSlice(
                loop.getName(),
                0,
                slice,
                List.of(),
                List.of(),
                settled.targets().get(0),
                List.of()))
        : Optional.empty();
  }

  private static List<TensorName> variables(int count) {
    return IntStream.range(0, count).mapToObj(LoopSlice::variable).toList();
  }

  private static Map<String, NodeDef> named(List<NodeDef> known) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    for (int i = 0; i < known.size(); i++) {
      String name = variable(i).node();
      nodes.put(name, known.get(i).toBuilder().setName(name).build());
    }
    return nodes;
  }

  private static boolean runs(FlatGraph graph) {
    return graph.nodes().values().stream()
        .allMatch(node -> !ControlFlow.isControl(node) && OperationPolicy.isPure(node.getOp()));
  }

  private static Optional<LoopSlice> slice(
      NodeDef loop, List<NodeDef> known, FlatGraph folded, TensorName condition, Computation body) {
    Set<Integer> counters = new TreeSet<>();
    List<TensorName> wanted = new ArrayList<>(List.of(condition));
    FlatGraph slice = folded.neededBy(wanted);
    for (Set<Integer> found = read(slice, known.size());
        !counters.containsAll(found);
        found = read(slice, known.size())) {
      counters.addAll(found);
      found.forEach(counter -> wanted.add(body.targets().get(counter)));
      slice = folded.neededBy(wanted);
    }
    Map<String, NodeDef> nodes = new LinkedHashMap<>(slice.nodes());
    List<TensorName> first = new ArrayList<>();
    for (int counter : counters) {
      if (!known.get(counter).getOp().equals("Const")) {
        return Optional.empty();
      }
      String name = "first" + counter;
      nodes.put(name, known.get(counter).toBuilder().setName(name).build());
      first.add(new TensorName(name, 0));
    }
    FlatGraph graph = new FlatGraph(nodes);
    return runs(graph)
        ? Optional.of(
            new LoopSlice(
                loop.getName(),
                body.graph().nodes().size(),
                graph,
                List.copyOf(counters),
                first,
                condition,
                counters.stream().map(body.targets()::get).toList()))
        : Optional.empty();
  }

  /** The numbers of the variables that a part of a loop reads and a step changes. */
  private static Set<Integer> read(FlatGraph slice, int variables) {
    Set<Integer> read = new TreeSet<>();
    for (int i = 0; i < variables; i++) {
      NodeDef node = slice.nodes().get(variable(i).node());
      if (node != null && node.getOp().equals("Placeholder")) {
        read.add(i);
      }
    }
    return read;
  }

  /** The placeholder of a variable. */
  static TensorName variable(int number) {
    return new TensorName("variable" + number, 0);
  }

  /** What is known of a tensor of which nothing but its type and shape is. */
  static NodeDef placeholder(DataType type, TensorShapeProto shape) {
    return NodeDef.newBuilder()
        .setOp("Placeholder")
        .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build())
        .build();
  }

  /** Of a variable that changes: a counter keeps its shape, others may not. */
  private static TensorShapeProto shape(NodeDef first) {
    return first.getOp().equals("Const")
        ? first.getAttrOrThrow("value").getTensor().getTensorShape()
        : TensorShapeProto.newBuilder().setUnknownRank(true).build();
  }

  /** The types of a loop's variables. */
  static List<DataType> types(NodeDef loop) {
    return loop.getAttrOrDefault("T", AttrValue.getDefaultInstance()).getList().getTypeList();
  }

  private static NameAttrList function(NodeDef loop, String attribute) {
    return loop.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getFunc();
  }
}
