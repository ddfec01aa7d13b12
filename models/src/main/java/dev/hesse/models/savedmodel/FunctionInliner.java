package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Writes the functions that a graph calls out in their callers' place: node {@code INNER} of a
 * function that node {@code CALLER} calls becomes {@code CALLER/INNER}. Only what the targets need
 * is written.
 */
final class FunctionInliner {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 300_000;
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  private final GraphDef graph;
  private final OperationOutputs operations;
  private final boolean controls;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, NodeDef> written = new LinkedHashMap<>();
  private int visited;

  /**
   * @param controls whether nodes that are needed by their effects alone are written, too
   */
  FunctionInliner(GraphDef graph, OperationOutputs operations, boolean controls) {
    this.graph = graph;
    this.operations = operations;
    this.controls = controls;
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(function -> functions.put(function.getSignature().getName(), function));
  }

  /** A graph without calls, and what the targets have become in it. */
  record Inlined(FlatGraph graph, List<TensorName> targets) {}

  /**
   * Inlines what some tensors of the graph need.
   *
   * @param targets of the graph itself, or within its functions by the names that they will have
   * @throws BadInputException if functions call themselves, call more than exist, or are
   *     inconsistent
   */
  Inlined inline(Collection<TensorName> targets) {
    Map<String, NodeDef> nodes = new HashMap<>();
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    Frame frame = new Frame("", nodes, Map.of(), Map.of(), 0);
    frame.expand(targets.stream().map(target -> outermost(target.node(), nodes)).toList());
    List<TensorName> found = new ArrayList<>();
    for (TensorName target : targets) {
      boolean inside = !nodes.containsKey(target.node()) && written.containsKey(target.node());
      found.add(inside ? target : frame.tensor(target.node(), target.index()));
    }
    return new Inlined(new FlatGraph(written), found);
  }

  /** The node of the graph itself that a node is, or lies in. */
  private static String outermost(String name, Map<String, NodeDef> nodes) {
    String outer = name;
    while (!nodes.containsKey(outer) && outer.contains("/")) {
      outer = outer.substring(0, outer.lastIndexOf('/'));
    }
    return nodes.containsKey(outer) ? outer : name;
  }

  /** One call of a function under way, or the graph itself. */
  private final class Frame {
    private final String prefix;
    private final Map<String, NodeDef> nodes;
    private final Map<String, TensorName> arguments;
    private final Map<String, AttrValue> attributes;
    private final int depth;

    /** What the outputs of the frame's calls have become, by node. */
    private final Map<String, List<TensorName>> results = new HashMap<>();

    /** What is to be waited for in place of the frame's calls. */
    private final Map<String, List<String>> effects = new HashMap<>();

    Frame(
        String prefix,
        Map<String, NodeDef> nodes,
        Map<String, TensorName> arguments,
        Map<String, AttrValue> attributes,
        int depth) {
      this.prefix = prefix;
      this.nodes = nodes;
      this.arguments = arguments;
      this.attributes = attributes;
      this.depth = depth;
    }

    void expand(Collection<String> targets) {
      List<String> inside =
          targets.stream().filter(target -> !arguments.containsKey(target)).toList();
      for (NodeDef node : FlatGraph.needed(inside, nodes, this::inputNodes)) {
        FunctionDef function = called(node);
        if (function == null) {
          write(node);
        } else {
          call(node, function);
        }
      }
    }

    private List<String> inputNodes(NodeDef node) {
      List<String> names = new ArrayList<>();
      for (String input : node.getInputList()) {
        boolean control = input.startsWith("^");
        String name = control ? input.substring(1) : reference(input);
        if (!arguments.containsKey(name) && (controls || !control)) {
          names.add(name);
        }
      }
      return names;
    }

    /** The node or argument that an input is of. */
    private String reference(String input) {
      int colon = input.indexOf(':');
      return colon < 0 ? input : input.substring(0, colon);
    }

    /** The function that a node calls; null if it calls none. */
    private @Nullable FunctionDef called(NodeDef node) {
      String name =
          CALLS.contains(node.getOp())
              ? node.getAttrOrDefault("f", AttrValue.getDefaultInstance()).getFunc().getName()
              : node.getOp();
      FunctionDef function = functions.get(name);
      if (function == null && CALLS.contains(node.getOp())) {
        throw new BadInputException(
            "node %s calls function %s, which the file does not hold"
                .formatted(
                    BadInputException.quote(prefix + node.getName()),
                    BadInputException.quote(name)),
            "The file is damaged: export the model again");
      }
      return function;
    }

    private void count() {
      if (++visited > MAX_NODES) {
        throw new BadInputException(
            "its functions written out are more than %,d nodes".formatted(MAX_NODES),
            "Export a smaller model, or the network without what surrounds it");
      }
    }

    private void write(NodeDef node) {
      count();
      NodeDef.Builder builder = NodeDef.newBuilder().setName(prefix + node.getName());
      builder.setOp(node.getOp());
      node.getAttrMap()
          .forEach(
              (name, value) -> {
                if (!name.equals("_class") && !name.equals("_output_shapes")) {
                  builder.putAttr(name, attribute(value));
                }
              });
      for (String input : node.getInputList()) {
        if (!input.startsWith("^")) {
          builder.addInput(input(input).toString());
        }
      }
      if (controls) {
        node.getInputList().stream()
            .filter(input -> input.startsWith("^"))
            .map(input -> input.substring(1))
            .filter(name -> !arguments.containsKey(name))
            .flatMap(name -> effects.getOrDefault(name, List.of(prefix + name)).stream())
            .distinct()
            .forEach(name -> builder.addInput("^" + name));
      }
      written.put(builder.getName(), builder.build());
    }

    private AttrValue attribute(AttrValue value) {
      return value.getPlaceholder().isEmpty()
          ? value
          : attributes.getOrDefault(value.getPlaceholder(), value);
    }

    private void call(NodeDef node, FunctionDef function) {
      count();
      String name = prefix + node.getName();
      if (depth == MAX_DEPTH) {
        throw new BadInputException(
            "functions call each other more than %d deep, at node %s"
                .formatted(MAX_DEPTH, BadInputException.quote(name)),
            "The file is damaged or was made to mislead: get it again from its source");
      }
      List<TensorName> given =
          node.getInputList().stream()
              .filter(input -> !input.startsWith("^"))
              .map(this::input)
              .toList();
      int expected = function.getSignature().getInputArgCount();
      if (given.size() != expected) {
        throw new BadInputException(
            "node %s gives %d arguments to a function of %d"
                .formatted(BadInputException.quote(name), given.size(), expected),
            "The file is damaged: export the model again");
      }
      Map<String, TensorName> bound = new LinkedHashMap<>();
      for (int i = 0; i < expected; i++) {
        bound.put(function.getSignature().getInputArg(i).getName(), given.get(i));
      }
      Map<String, AttrValue> values =
          new HashMap<>(
              node.getAttrOrDefault("f", AttrValue.getDefaultInstance()).getFunc().getAttrMap());
      node.getAttrMap().forEach((key, value) -> values.putIfAbsent(key, attribute(value)));
      Map<String, NodeDef> body = new HashMap<>();
      function.getNodeDefList().forEach(inner -> body.put(inner.getName(), inner));
      Frame frame = new Frame(name + "/", body, bound, values, depth + 1);
      Set<String> targets = new LinkedHashSet<>();
      function.getRetMap().values().forEach(ret -> targets.add(reference(ret)));
      if (controls) {
        targets.addAll(function.getControlRetMap().values());
      }
      frame.expand(targets);
      results.put(
          node.getName(),
          function.getSignature().getOutputArgList().stream()
              .map(output -> frame.input(function.getRetOrDefault(output.getName(), "")))
              .toList());
      effects.put(
          node.getName(),
          targets.stream()
              .filter(body::containsKey)
              .flatMap(t -> frame.effects.getOrDefault(t, List.of(name + "/" + t)).stream())
              .toList());
    }

    /**
     * What an input refers to: in a graph {@code NODE:INDEX}, in a function {@code ARGUMENT} or
     * {@code NODE:OUTPUT:INDEX}.
     */
    private TensorName input(String input) {
      String[] parts = input.split(":", -1);
      if (parts.length < 3) {
        TensorName name = TensorName.of(input);
        return tensor(name.node(), name.index());
      }
      NodeDef node = nodes.get(parts[0]);
      if (node == null) {
        throw new BadInputException(
            "there is no node %s".formatted(BadInputException.quote(prefix + parts[0])),
            "The file is damaged: export the model again");
      }
      FunctionDef function = called(node);
      int first =
          function == null
              ? operations.first(node, parts[1])
              : CALLS.contains(node.getOp()) ? 0 : outputNumber(function, parts[1]);
      if (!parts[2].matches("\\d{1,9}")) {
        throw new BadInputException(
            "%s is no tensor of a function".formatted(BadInputException.quote(input)),
            "The file is damaged: export the model again");
      }
      return tensor(parts[0], first + Integer.parseInt(parts[2]));
    }

    private int outputNumber(FunctionDef function, String name) {
      for (int i = 0; i < function.getSignature().getOutputArgCount(); i++) {
        if (function.getSignature().getOutputArg(i).getName().equals(name)) {
          return i;
        }
      }
      throw new BadInputException(
          "function %s has no result %s"
              .formatted(
                  BadInputException.quote(function.getSignature().getName()),
                  BadInputException.quote(name)),
          "The file is damaged: export the model again");
    }

    TensorName tensor(String node, int index) {
      TensorName argument = arguments.get(node);
      if (argument != null) {
        return argument;
      }
      List<TensorName> called = results.get(node);
      if (called == null) {
        return new TensorName(prefix + node, index);
      }
      if (index >= called.size()) {
        throw new BadInputException(
            "node %s has no result %d".formatted(BadInputException.quote(prefix + node), index),
            "The file is damaged: export the model again");
      }
      return called.get(index);
    }
  }
}
