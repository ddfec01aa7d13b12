package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/**
 * An output with the function taken off that makes probabilities of it: a softmax over the last
 * dimension, also one written out as exp(x − max x) / Σ exp(x − max x), or a sigmoid. Operations
 * behind it that only change shapes or types are kept.
 *
 * @param graph in which the output is
 * @param output what the function is applied to, in the shape that its result had
 * @param loss that goes with the function; empty if there is none
 */
record Stripped(FlatGraph graph, TensorName output, Optional<Loss> loss) {
  private static final Set<String> SHAPING =
      Set.of("Cast", "EnsureShape", "ExpandDims", "Identity", "Reshape", "Squeeze");
  private static final Set<String> QUOTIENTS = Set.of("RealDiv", "Div");

  /** What makes any real numbers, not probabilities alone. */
  private static final Set<String> UNBOUNDED =
      Set.of(
          "Add",
          "AddV2",
          "BatchMatMul",
          "BatchMatMulV2",
          "BatchMatMulV3",
          "BiasAdd",
          "BiasAddV1",
          "Conv2D",
          "Einsum",
          "LogSoftmax",
          "MatMul",
          "Mean",
          "Sub");

  /** What logits are called in place of what is computed of probabilities. */
  private static final String LOGITS = ".logits";

  static Stripped of(FlatGraph graph, TensorName output) {
    Shaped shaped = shaped(graph, output);
    NodeDef node = shaped.node();
    TensorName logits = shaped.tensor();
    Optional<Loss> loss = Optional.empty();
    if (node.getOp().equals("Sigmoid")) {
      loss = Optional.of(Loss.SIGMOID_CROSS_ENTROPY);
      logits = TensorName.of(node.getInput(0));
    } else {
      Optional<TensorName> softmaxed = softmaxed(graph, node);
      if (softmaxed.isPresent() && sameClasses(graph, softmaxed.get(), output)) {
        loss = Optional.of(Loss.SOFTMAX_CROSS_ENTROPY);
        logits = softmaxed.get();
      }
    }
    return loss.isEmpty()
        ? new Stripped(graph, output, loss)
        : withLogits(graph, logits, shaped.by(), loss.get());
  }

  /**
   * What is to be known of an output that a cross-entropy is taken of: a sentence without period.
   *
   * @param name of the output
   * @param asked the cross-entropy
   */
  Optional<String> remark(FlatGraph before, TensorName from, String name, Loss asked) {
    String quoted = BadInputException.quote(name);
    if (loss.isPresent()) {
      String function = loss.get() == Loss.SOFTMAX_CROSS_ENTROPY ? "softmax" : "sigmoid";
      return Optional.of(
          loss.get() == asked
              ? "the %s that %s ends with is taken off, as the loss has its own"
                  .formatted(function, quoted)
              : "the %s that %s ends with is kept, as it does not go with %s"
                  .formatted(function, quoted, asked.label()));
    }
    NodeDef last = shaped(before, from).node();
    return UNBOUNDED.contains(last.getOp())
        ? Optional.empty()
        : Optional.of(
            "%s is taken for logits; nothing is taken off what %s node %s makes"
                .formatted(quoted, last.getOp(), BadInputException.quote(last.getName())));
  }

  /** A node, and what changes the shape or type of its output, first things first. */
  private record Shaped(NodeDef node, TensorName tensor, List<NodeDef> by) {}

  private static Shaped shaped(FlatGraph graph, TensorName output) {
    List<NodeDef> by = new ArrayList<>();
    TensorName at = output;
    NodeDef node = graph.node(at);
    while (SHAPING.contains(node.getOp()) && keepsNumbers(node)) {
      by.add(0, node);
      at = TensorName.of(node.getInput(0));
      node = graph.node(at);
    }
    return new Shaped(node, at, by);
  }

  private static boolean keepsNumbers(NodeDef node) {
    return node.getInputCount() > 0
        && (!node.getOp().equals("Cast")
            || (PrecisionConversion.isFloating(node.getAttrOrThrow("SrcT").getType())
                && PrecisionConversion.isFloating(node.getAttrOrThrow("DstT").getType())));
  }

  private static Stripped withLogits(
      FlatGraph graph, TensorName logits, List<NodeDef> shaping, Loss loss) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>(graph.nodes());
    TensorName at = logits;
    for (NodeDef node : shaping) {
      if (node.getOp().equals("Identity")) {
        continue;
      }
      String name = node.getName() + LOGITS;
      nodes.put(name, node.toBuilder().setName(name).setInput(0, at.toString()).build());
      at = new TensorName(name, 0);
    }
    return new Stripped(new FlatGraph(nodes), at, Optional.of(loss));
  }

  /** What a node makes the softmax of, along its last dimension. */
  private static Optional<TensorName> softmaxed(FlatGraph graph, NodeDef node) {
    if (node.getOp().equals("Softmax")) {
      return Optional.of(TensorName.of(node.getInput(0)));
    }
    if (!QUOTIENTS.contains(node.getOp())) {
      return Optional.empty();
    }
    TensorName numerator = graph.origin(TensorName.of(node.getInput(0)));
    NodeDef exp = graph.node(numerator);
    NodeDef sum = graph.node(graph.origin(TensorName.of(node.getInput(1))));
    if (!exp.getOp().equals("Exp")
        || !sum.getOp().equals("Sum")
        || !graph.origin(TensorName.of(sum.getInput(0))).equals(numerator)) {
      return Optional.empty();
    }
    TensorName exponent = graph.origin(TensorName.of(exp.getInput(0)));
    return alongLast(graph, sum, exponent)
        ? Optional.of(unshifted(graph, exponent))
        : Optional.empty();
  }

  /** Of x − max x along the last dimension, x. */
  private static TensorName unshifted(FlatGraph graph, TensorName exponent) {
    NodeDef difference = graph.node(exponent);
    if (!difference.getOp().equals("Sub")) {
      return exponent;
    }
    TensorName x = graph.origin(TensorName.of(difference.getInput(0)));
    NodeDef shift = graph.node(graph.origin(TensorName.of(difference.getInput(1))));
    if (shift.getOp().equals("StopGradient")) {
      shift = graph.node(graph.origin(TensorName.of(shift.getInput(0))));
    }
    boolean isMaximum =
        shift.getOp().equals("Max")
            && graph.origin(TensorName.of(shift.getInput(0))).equals(x)
            && alongLast(graph, shift, x);
    return isMaximum ? x : exponent;
  }

  /** Whether a reduction keeps all dimensions of a tensor, and the last one alone becomes 1. */
  private static boolean alongLast(FlatGraph graph, NodeDef reduction, TensorName reduced) {
    NodeDef axes = graph.node(graph.origin(TensorName.of(reduction.getInput(1))));
    if (!axes.getOp().equals("Const")
        || !reduction.containsAttr("keep_dims")
        || !reduction.getAttrOrThrow("keep_dims").getB()) {
      return false;
    }
    StoredTensor numbers = Constant.numbers(axes.getAttrOrThrow("value").getTensor());
    if (numbers.elementCount() != 1) {
      return false;
    }
    double axis = numbers.toDouble(0);
    return axis == -1 || axis == shapes(graph, reduced, reduced)[0].numDimensions() - 1;
  }

  /** Whether one row of classes is one row of the output. */
  private static boolean sameClasses(FlatGraph graph, TensorName logits, TensorName output) {
    Shape[] shapes = shapes(graph, logits, output);
    return lastOf(shapes[0]) > 0 && lastOf(shapes[0]) == lastOf(shapes[1]);
  }

  private static long lastOf(Shape shape) {
    return shape.numDimensions() < 1 ? -1 : shape.get(shape.numDimensions() - 1);
  }

  private static Shape[] shapes(FlatGraph flat, TensorName one, TensorName other) {
    try (Graph graph = new Graph()) {
      flat.neededBy(List.of(one, other)).importInto(graph);
      return new Shape[] {shape(graph, one), shape(graph, other)};
    }
  }

  private static Shape shape(Graph graph, TensorName tensor) {
    var operation = graph.operationOrThrow(tensor.node());
    if (tensor.index() >= operation.numOutputs()) {
      throw BadInputException.damaged(
          "there is no output " + BadInputException.quote(tensor.toString()));
    }
    return operation.output(tensor.index()).shape();
  }
}
