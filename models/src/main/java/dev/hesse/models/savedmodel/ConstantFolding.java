package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Replaces integers and truth values that do not depend on what is fed by constants: first of all
 * the shapes of tensors, which are known once those of the placeholders are.
 *
 * <p>One pass in topological order. A node is run only if all that it computes from is known, and
 * so is how much it makes. In the graph that infers shapes, constants stand for whatever depends on
 * constants alone, as TensorFlow would otherwise run that itself, however large it is.
 */
final class ConstantFolding implements AutoCloseable {
  /** Larger constants are indices or masks of data, not arguments. */
  static final int MAX_ELEMENTS = 1 << 16;

  /** Elements that one tensor that depends on constants alone may have, and all together. */
  private static final long MAX_CONSTANT = 1L << 24;

  private static final long MAX_CONSTANTS = 1L << 26;

  /** Elements of any tensor. */
  static final long MAX_TENSOR = 1L << 33;

  static final Set<DataType> FOLDED =
      Set.of(DataType.DT_INT32, DataType.DT_INT64, DataType.DT_BOOL);

  /** What makes no more elements than it is given, though the number depends on their values. */
  private static final Set<String> SELECTING =
      Set.of(
          "DynamicPartition",
          "ListDiff",
          "NonMaxSuppression",
          "NonMaxSuppressionV2",
          "NonMaxSuppressionV3",
          "Slice",
          "StridedSlice",
          "Reshape",
          "Unique",
          "UniqueV2",
          "UniqueWithCounts",
          "UniqueWithCountsV2",
          "Where");

  private final FlatGraph graph;
  private final ShapeGraph shapes = new ShapeGraph();
  private final Evaluation evaluation = new Evaluation();

  /** What the graph's nodes are replaced by. */
  private final Map<TensorName, NodeDef> constants = new LinkedHashMap<>();

  /** Tensors that depend on constants alone. */
  private final Set<TensorName> fixed = new HashSet<>();

  private long made;

  private ConstantFolding(FlatGraph graph) {
    this.graph = graph;
  }

  /**
   * Folds what can be. What depends on operations that must not run, or that are to be written in
   * others, stays as it is.
   *
   * @throws BadInputException if TensorFlow refuses a node, or constants would take more memory
   *     than a graph's arguments warrant
   */
  static FlatGraph fold(FlatGraph graph, List<TensorName> targets) {
    try (ConstantFolding folding = new ConstantFolding(graph.neededBy(targets))) {
      folding.graph.nodes().values().forEach(folding::visit);
      return folding.replaced().neededBy(targets);
    }
  }

  @Override
  public void close() {
    evaluation.close();
    shapes.close();
  }

  private FlatGraph replaced() {
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    constants.values().forEach(constant -> nodes.put(constant.getName(), constant));
    for (NodeDef node : graph.nodes().values()) {
      NodeDef.Builder builder = node.toBuilder().clearInput();
      for (String input : node.getInputList()) {
        NodeDef constant = constants.get(TensorName.of(input));
        builder.addInput(constant == null ? input : constant.getName());
      }
      nodes.put(node.getName(), builder.build());
    }
    return new FlatGraph(nodes);
  }

  private void visit(NodeDef unchecked) {
    List<TensorName> inputs = unchecked.getInputList().stream().map(TensorName::of).toList();
    if (isOpaque(unchecked) || !shapes.hasAll(inputs)) {
      return;
    }
    NodeDef node = CheckedNode.of(unchecked);
    if (node.getOp().equals("Const")) {
      constant(node);
      return;
    }
    List<Output<?>> outputs = shapes.add(node, inputs);
    outputs.forEach(output -> require(node, output.shape(), MAX_TENSOR));
    if (ShapeConstants.OF_SHAPE.contains(node.getOp())) {
      for (int i = 0; i < outputs.size(); i++) {
        TensorName tensor = new TensorName(node.getName(), i);
        ShapeConstants.of(node, shapes.shape(inputs.get(i)), outputs.get(i), name(tensor))
            .ifPresent(value -> know(tensor, value));
      }
    } else if (isFixed(node, inputs, outputs)) {
      fix(node, inputs, outputs);
    }
  }

  /** Whether nothing is inferred through a node: it is control flow, or must not be run. */
  static boolean isOpaque(NodeDef node) {
    return ControlFlow.isControl(node) || !OperationPolicy.allowed().contains(node.getOp());
  }

  private void constant(NodeDef node) {
    TensorName tensor = new TensorName(node.getName(), 0);
    fixed.add(tensor);
    DataType type = node.getAttrOrThrow("value").getTensor().getDtype();
    Shape shape = ShapeConstants.shape(node.getAttrOrThrow("value").getTensor().getTensorShape());
    if (CheckedNode.isNumeric(type) && ShapeConstants.extent(shape) <= MAX_ELEMENTS) {
      shapes.add(node, List.of());
      evaluation.know(tensor, node);
    } else {
      shapes.standIn(tensor, type, shape);
    }
  }

  private boolean isFixed(NodeDef node, List<TensorName> inputs, List<Output<?>> outputs) {
    return !inputs.isEmpty()
        && OperationPolicy.isPure(node.getOp())
        && fixed.containsAll(inputs)
        && outputs.stream()
            .map(Output::dataType)
            .allMatch(type -> CheckedNode.isNumeric(type) || type == DataType.DT_STRING);
  }

  /**
   * Runs a node that depends on constants alone, or has its place taken by tensors of its shape.
   */
  private void fix(NodeDef node, List<TensorName> inputs, List<Output<?>> outputs) {
    boolean small = evaluation.knows(inputs);
    for (Output<?> output : outputs) {
      Shape shape = output.shape();
      boolean open = shape.hasUnknownDimension();
      if (open && !SELECTING.contains(node.getOp())) {
        throw new BadInputException(
            "%s node %s makes constants of a number that depends on others"
                .formatted(node.getOp(), BadInputException.quote(node.getName())),
            "Feed a tensor behind it, or export the model with them as constants");
      }
      require(node, shape, MAX_CONSTANT);
      made += open ? 0 : ShapeConstants.extent(shape);
      small &=
          Evaluation.gives(output.dataType())
              && (open || ShapeConstants.extent(shape) <= MAX_ELEMENTS);
    }
    if (made > MAX_CONSTANTS) {
      throw tooLarge(node, made);
    }
    List<NodeDef> values = small ? evaluation.run(node, inputs, this::name) : List.of();
    for (int i = 0; i < outputs.size(); i++) {
      TensorName tensor = new TensorName(node.getName(), i);
      if (small) {
        know(tensor, values.get(i));
      } else {
        fixed.add(tensor);
        shapes.standIn(tensor, outputs.get(i).dataType(), outputs.get(i).shape());
      }
    }
  }

  private void know(TensorName tensor, NodeDef value) {
    fixed.add(tensor);
    shapes.replace(tensor, value);
    evaluation.know(tensor, value);
    if (FOLDED.contains(value.getAttrOrThrow("dtype").getType())) {
      constants.put(tensor, value);
    }
  }

  private String name(TensorName tensor) {
    String name = tensor.node() + ".folded" + tensor.index();
    while (graph.nodes().containsKey(name)) {
      name += "_";
    }
    return name;
  }

  private static void require(NodeDef node, Shape shape, long most) {
    if (!shape.hasUnknownDimension() && ShapeConstants.extent(shape) > most) {
      throw tooLarge(node, ShapeConstants.extent(shape));
    }
  }

  private static BadInputException tooLarge(NodeDef node, long elements) {
    return new BadInputException(
        "%s node %s makes %,d elements"
            .formatted(node.getOp(), BadInputException.quote(node.getName()), elements),
        "Feed fewer or smaller examples; if there are few, the file was made to mislead");
  }
}
