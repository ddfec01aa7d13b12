package dev.hesse.models.savedmodel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * What is in a model, found without running any of it.
 *
 * @param tags of the graph
 * @param signatures by name
 * @param parameterRule how it is known which variables are trainable
 * @param variables that the signatures' outputs depend on; without signatures, all
 * @param nodes that the signatures' outputs need, functions written out, in an order in which they
 *     can be computed, then those of the branches' and loops' functions; without signatures, all
 */
public record ModelContents(
    List<String> tags,
    List<Signature> signatures,
    String parameterRule,
    List<Variable> variables,
    List<Node> nodes) {

  /** Types of TensorFlow 1's references have the numbers of their values' types and this. */
  private static final int REFERENCES = 100;

  /** The tensors of a signature by its names for them. */
  public record Signature(
      String name, String method, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {}

  /**
   * A tensor of the graph.
   *
   * @param shape with −1 for open dimensions
   */
  public record Tensor(String name, String dtype, DeclaredShape shape) {
    static Tensor of(TensorInfo info) {
      return new Tensor(
          info.getName(),
          OutputProbe.name(info.getDtype()),
          DeclaredShape.of(info.getTensorShape()));
    }
  }

  /**
   * A variable.
   *
   * @param key in the model's checkpoint
   */
  public record Variable(
      String name, String key, String dtype, DeclaredShape shape, boolean trainable) {}

  /**
   * A node of the graph.
   *
   * @param afterVariable whether floating-point numbers that depend on a variable go through it, so
   *     that a loss after it is differentiated through it
   */
  public record Node(String name, String type, boolean afterVariable) {}

  /** Looks through a graph. */
  static ModelContents of(
      MetaGraphDef model, FunctionInliner functions, OperationOutputs operations) {
    Map<String, SignatureDef> signatures = new TreeMap<>(model.getSignatureDefMap());
    signatures.keySet().removeIf(name -> name.startsWith(SignatureTensors.INTERNAL));
    FlatGraph graph = graph(signatures.values().stream().toList(), functions);
    List<NodeDef> handles =
        graph.nodes().values().stream()
            .filter(node -> VariableReads.declares(node.getOp()))
            .toList();
    List<String> floating =
        handles.stream()
            .filter(node -> PrecisionConversion.isFloating(type(node)))
            .map(NodeDef::getName)
            .toList();
    Map<String, String> keys = RestoredVariables.of(model, operations).keys();
    TrainableVariables trainable = TrainableVariables.of(model, floating, keys);
    List<Variable> variables = new ArrayList<>();
    for (NodeDef handle : handles) {
      String name = handle.getName();
      variables.add(
          new Variable(
              name,
              keys.getOrDefault(name, name),
              OutputProbe.name(type(handle)),
              DeclaredShape.of(
                  handle.getAttrOrDefault("shape", AttrValue.getDefaultInstance()).getShape()),
              trainable.nodes().contains(name)));
    }
    return new ModelContents(
        model.getMetaInfoDef().getTagsList(),
        signatures(signatures),
        trainable.rule(),
        variables,
        withBodies(
            nodes(graph, new HashSet<>(floating), operations),
            graph,
            functions.graph().getLibrary(),
            operations));
  }

  private static List<Signature> signatures(Map<String, SignatureDef> signatures) {
    return signatures.entrySet().stream()
        .map(
            entry ->
                new Signature(
                    entry.getKey(),
                    entry.getValue().getMethodName(),
                    tensors(entry.getValue().getInputsMap()),
                    tensors(entry.getValue().getOutputsMap())))
        .toList();
  }

  private static Map<String, Tensor> tensors(Map<String, TensorInfo> tensors) {
    Map<String, Tensor> byName = new LinkedHashMap<>();
    new TreeMap<>(tensors).forEach((name, info) -> byName.put(name, Tensor.of(info)));
    return byName;
  }

  private static FlatGraph graph(List<SignatureDef> signatures, FunctionInliner functions) {
    List<TensorName> targets =
        signatures.stream()
            .flatMap(signature -> signature.getOutputsMap().values().stream())
            .filter(output -> output.getEncodingCase() == TensorInfo.EncodingCase.NAME)
            .map(output -> TensorName.of(output.getName()))
            .toList();
    if (targets.isEmpty()) {
      targets =
          functions.graph().getNodeList().stream()
              .map(node -> new TensorName(node.getName(), 0))
              .toList();
    }
    return functions.inline(targets).graph();
  }

  /** Whether derivatives go through tensors of a type; lists and handles may lead to such. */
  private static boolean mayBeFloating(DataType type) {
    return PrecisionConversion.isFloating(type)
        || type == DataType.DT_VARIANT
        || type == DataType.DT_RESOURCE
        || type == DataType.DT_INVALID // of a function's argument, whose type its caller says
        || type.getNumber() > REFERENCES;
  }

  private static DataType type(NodeDef handle) {
    return handle.getAttrOrDefault("dtype", AttrValue.getDefaultInstance()).getType();
  }

  /** Adds the nodes of the functions that branches and loops run, those of each function once. */
  private static List<Node> withBodies(
      List<Node> nodes, FlatGraph graph, FunctionDefLibrary library, OperationOutputs operations) {
    Map<String, FunctionDef> functions = new HashMap<>();
    library
        .getFunctionList()
        .forEach(function -> functions.put(function.getSignature().getName(), function));
    Map<String, Boolean> open = new LinkedHashMap<>();
    nodes.forEach(
        node ->
            called(graph.node(new TensorName(node.name(), 0)))
                .forEach(name -> open.merge(name, node.afterVariable(), Boolean::logicalOr)));
    List<Node> all = new ArrayList<>(nodes);
    Set<String> done = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.keySet().iterator().next();
      boolean after = Boolean.TRUE.equals(open.remove(name));
      FunctionDef function = functions.get(name);
      if (function == null || !done.add(name)) {
        continue;
      }
      for (NodeDef node : function.getNodeDefList()) {
        boolean floats =
            !operations.has(node.getOp())
                || (node.getInputCount() > 0
                    && operations.outputTypes(node).stream()
                        .anyMatch(ModelContents::mayBeFloating));
        if (!functions.containsKey(node.getOp())) {
          all.add(new Node(name + "/" + node.getName(), node.getOp(), after && floats));
        }
        called(node).forEach(inner -> open.merge(inner, after, Boolean::logicalOr));
      }
    }
    return all;
  }

  private static List<String> called(NodeDef node) {
    return Stream.concat(
            Stream.of(node.getOp()),
            node.getAttrMap().values().stream()
                .flatMap(
                    value ->
                        Stream.concat(
                            value.hasFunc() ? Stream.of(value.getFunc()) : Stream.empty(),
                            value.getList().getFuncList().stream()))
                .map(NameAttrList::getName))
        .toList();
  }

  private static List<Node> nodes(
      FlatGraph graph, Set<String> floating, OperationOutputs operations) {
    Map<String, Boolean> after = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (NodeDef node : graph.nodes().values()) {
      boolean isAfter =
          floating.contains(node.getName())
              || (node.getInputList().stream()
                      .map(TensorName::of)
                      .anyMatch(
                          input ->
                              after.getOrDefault(input.node(), Boolean.FALSE)
                                  && (!operations.has(graph.node(input).getOp())
                                      || mayBeFloating(
                                          operations.type(graph.node(input), input.index()))))
                  && (!operations.has(node.getOp())
                      || operations.outputTypes(node).stream()
                          .anyMatch(ModelContents::mayBeFloating)));
      after.put(node.getName(), isAfter);
      nodes.add(new Node(node.getName(), node.getOp(), isAfter));
    }
    return nodes;
  }
}
