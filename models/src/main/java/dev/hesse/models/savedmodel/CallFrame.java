package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef.ArgDef;

/** One call of a function that is being written out, or the graph itself. */
final class CallFrame {
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  private final Inlining inlining;
  private final String prefix;
  private final Map<String, NodeDef> nodes;
  private final Map<String, AttrValue> attributes;
  private final int depth;

  /** An argument is one tensor or several. */
  private final Map<String, List<TensorName>> arguments = new LinkedHashMap<>();

  /** What the function gives back, by the names of its results, and one after the other. */
  private final Map<String, List<TensorName>> named = new HashMap<>();

  private final List<TensorName> results = new ArrayList<>();

  /** The frame's own calls, by node. */
  private final Map<String, CallFrame> calls = new HashMap<>();

  /** The nodes to be waited for in the place of the call. */
  private final List<String> effects = new ArrayList<>();

  private CallFrame(
      Inlining inlining,
      String prefix,
      Map<String, NodeDef> nodes,
      Map<String, AttrValue> attributes,
      int depth) {
    this.inlining = inlining;
    this.prefix = prefix;
    this.nodes = inlining.controls() ? nodes : BranchConstants.rewrite(nodes);
    this.attributes = attributes;
    this.depth = depth;
  }

  static CallFrame outermost(Inlining inlining, Map<String, NodeDef> nodes) {
    return new CallFrame(inlining, "", nodes, Map.of(), 0);
  }

  /**
   * Writes a call out.
   *
   * @param name of the call
   * @param given the arguments, one after the other
   */
  static CallFrame of(
      Inlining inlining,
      String name,
      FunctionDef function,
      List<TensorName> given,
      Map<String, AttrValue> attributes,
      int depth) {
    inlining.count();
    if (depth > FunctionLibrary.MAX_DEPTH) {
      throw FunctionLibrary.tooDeep(name);
    }
    Map<String, NodeDef> body = new HashMap<>();
    function.getNodeDefList().forEach(inner -> body.put(inner.getName(), inner));
    CallFrame frame = new CallFrame(inlining, name + "/", body, attributes, depth);
    frame.bind(name, function, given);
    frame.run(function);
    return frame;
  }

  private void bind(String name, FunctionDef function, List<TensorName> given) {
    int bound = 0;
    for (ArgDef argument : function.getSignature().getInputArgList()) {
      long count = Math.max(0, OperationOutputs.count(argument, this::attribute));
      int end = (int) Math.min(given.size() - bound, count) + bound;
      arguments.put(argument.getName(), given.subList(bound, end));
      if (end - bound < count) {
        throw mismatch(name, given);
      }
      bound = end;
    }
    if (bound < given.size()) {
      throw mismatch(name, given);
    }
  }

  private static BadInputException mismatch(String call, List<TensorName> given) {
    return damaged(
        "node %s calls a function of another number of arguments than %d"
            .formatted(BadInputException.quote(call), given.size()));
  }

  private AttrValue attribute(String name) {
    return attributes.getOrDefault(name, AttrValue.getDefaultInstance());
  }

  private void run(FunctionDef function) {
    Set<String> targets = new LinkedHashSet<>();
    function.getRetMap().values().forEach(ret -> targets.add(reference(ret)));
    if (inlining.controls()) {
      targets.addAll(function.getControlRetMap().values());
    }
    expand(targets);
    for (ArgDef output : function.getSignature().getOutputArgList()) {
      List<TensorName> result = inputs(function.getRetOrDefault(output.getName(), ""));
      named.put(output.getName(), result);
      results.addAll(result);
    }
    targets.stream().filter(nodes::containsKey).forEach(t -> effects.addAll(waited(t)));
  }

  /** What a call gives back. */
  List<TensorName> results() {
    return List.copyOf(results);
  }

  /** Writes what some nodes need. */
  void expand(Collection<String> targets) {
    List<String> inside =
        targets.stream().filter(target -> !arguments.containsKey(target)).toList();
    for (NodeDef node : FlatGraph.needed(inside, nodes, this::inputNodes)) {
      Optional<FunctionDef> function = called(node);
      if (function.isEmpty()) {
        write(node);
      } else {
        call(node, function.get());
      }
    }
  }

  private List<String> inputNodes(NodeDef node) {
    List<String> names = new ArrayList<>();
    for (String input : node.getInputList()) {
      boolean control = input.startsWith("^");
      String name = control ? input.substring(1) : reference(input);
      if (!arguments.containsKey(name) && (inlining.controls() || !control)) {
        names.add(name);
      }
    }
    return names;
  }

  /** The node or argument that an input is of. */
  private static String reference(String input) {
    int colon = input.indexOf(':');
    return colon < 0 ? input : input.substring(0, colon);
  }

  /** The function that a node calls. */
  private Optional<FunctionDef> called(NodeDef node) {
    return CALLS.contains(node.getOp())
        ? Optional.of(inlining.library().get(called(node, "f").getName(), prefix + node.getName()))
        : inlining.library().find(node.getOp());
  }

  private NameAttrList called(NodeDef node, String attribute) {
    return substituted(node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance())).getFunc();
  }

  private void write(NodeDef node) {
    NodeDef.Builder builder = NodeDef.newBuilder().setName(prefix + node.getName());
    builder.setOp(node.getOp());
    node.getAttrMap()
        .forEach(
            (name, value) -> {
              if (!name.equals("_class") && !name.equals("_output_shapes")) {
                builder.putAttr(name, substituted(value));
              }
            });
    for (String input : node.getInputList()) {
      if (!input.startsWith("^")) {
        inputs(input).forEach(tensor -> builder.addInput(tensor.toString()));
      }
    }
    if (inlining.controls()) {
      node.getInputList().stream()
          .filter(input -> input.startsWith("^"))
          .map(input -> input.substring(1))
          .filter(name -> !arguments.containsKey(name))
          .flatMap(name -> waited(name).stream())
          .distinct()
          .forEach(name -> builder.addInput("^" + name));
    }
    inlining.write(builder.build());
  }

  /** What is to be waited for in the place of a node. */
  private List<String> waited(String node) {
    CallFrame call = calls.get(node);
    return call == null ? List.of(prefix + node) : call.effects;
  }

  /** An attribute with the caller's values in the place of the function's parameters. */
  private AttrValue substituted(AttrValue value) {
    if (!value.getPlaceholder().isEmpty()) {
      return attributes.getOrDefault(value.getPlaceholder(), value);
    }
    if (value.hasFunc()) {
      return AttrValue.newBuilder().setFunc(substituted(value.getFunc())).build();
    }
    if (value.getList().getFuncCount() > 0) {
      AttrValue.ListValue.Builder functions = AttrValue.ListValue.newBuilder();
      value.getList().getFuncList().forEach(f -> functions.addFunc(substituted(f)));
      return AttrValue.newBuilder().setList(functions).build();
    }
    return value;
  }

  private NameAttrList substituted(NameAttrList function) {
    NameAttrList.Builder builder = function.toBuilder();
    function.getAttrMap().forEach((name, value) -> builder.putAttr(name, substituted(value)));
    return builder.build();
  }

  private void call(NodeDef node, FunctionDef function) {
    List<TensorName> given =
        node.getInputList().stream()
            .filter(input -> !input.startsWith("^"))
            .flatMap(input -> inputs(input).stream())
            .toList();
    Map<String, AttrValue> values = new HashMap<>(called(node, "f").getAttrMap());
    node.getAttrMap().forEach((key, value) -> values.putIfAbsent(key, substituted(value)));
    calls.put(
        node.getName(), of(inlining, prefix + node.getName(), function, given, values, depth + 1));
  }

  /**
   * What an input refers to: in a graph {@code NODE:INDEX}, in a function {@code ARGUMENT}, {@code
   * ARGUMENT:INDEX}, {@code NODE:OUTPUT} or {@code NODE:OUTPUT:INDEX}; without an index it is all
   * tensors of an argument or output.
   */
  private List<TensorName> inputs(String input) {
    return inlining.referred(referred(input));
  }

  private List<TensorName> referred(String input) {
    String[] parts = input.split(":", -1);
    List<TensorName> argument = arguments.get(parts[0]);
    if (argument != null) {
      return parts.length == 1 ? argument : List.of(element(argument, parts[1], input));
    }
    if (parts.length == 1 || (parts.length == 2 && isNumber(parts[1]))) {
      TensorName name = TensorName.of(input);
      return List.of(tensor(name.node(), name.index()));
    }
    List<TensorName> outputs = outputs(parts[0], parts[1]);
    return parts.length == 2 ? outputs : List.of(element(outputs, parts[2], input));
  }

  /** The tensors of a node's output. */
  private List<TensorName> outputs(String name, String output) {
    NodeDef node = nodes.get(name);
    if (node == null) {
      throw damaged("there is no node %s".formatted(BadInputException.quote(prefix + name)));
    }
    CallFrame call = calls.get(name);
    if (call == null) {
      OperationOutputs.Range range = inlining.outputs(prefix + name, output);
      List<TensorName> tensors = new ArrayList<>();
      for (int i = 0; i < range.count(); i++) {
        tensors.add(new TensorName(prefix + name, range.first() + i));
      }
      return tensors;
    }
    List<TensorName> called = CALLS.contains(node.getOp()) ? call.results : call.named.get(output);
    if (called == null) {
      throw damaged(
          "function %s has no result %s"
              .formatted(BadInputException.quote(node.getOp()), BadInputException.quote(output)));
    }
    return called;
  }

  private static TensorName element(List<TensorName> tensors, String index, String input) {
    if (!isNumber(index) || Integer.parseInt(index) >= tensors.size()) {
      throw damaged("%s is no tensor of a function".formatted(BadInputException.quote(input)));
    }
    return tensors.get(Integer.parseInt(index));
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,9}");
  }

  /** What an output of a node has become. */
  TensorName tensor(String node, int index) {
    CallFrame call = calls.get(node);
    if (call == null) {
      return new TensorName(prefix + node, index);
    }
    List<TensorName> called = call.results;
    if (index >= called.size()) {
      throw OperationOutputs.missing(prefix + node, index);
    }
    return called.get(index);
  }

  private static BadInputException damaged(String what) {
    return new BadInputException(what, "The file is damaged: export the model again");
  }
}
