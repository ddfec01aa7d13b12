package dev.hesse.models.savedmodel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * Replaces integers and truth values that do not depend on what is fed by constants: first of all
 * the shapes of tensors, which are known once those of the placeholders are. What TensorFlow cannot
 * infer from its own operations alone becomes known that way, round by round.
 */
final class ConstantFolding {
  private static final int MAX_ROUNDS = 50;

  /** Larger constants are indices or masks of data, not arguments. */
  static final int MAX_ELEMENTS = 1 << 16;

  /** Kinds of numbers that are replaced. */
  static final Set<DataType> FOLDED =
      Set.of(DataType.DT_INT32, DataType.DT_INT64, DataType.DT_BOOL);

  private static final Set<String> OF_SHAPE = Set.of("Shape", "Size", "Rank", "ShapeN");

  static final ConfigProto ON_CPU = ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();

  private ConstantFolding() {}

  /** Folds until nothing changes. Runs integer operations on the CPU. */
  static FlatGraph fold(FlatGraph graph, List<TensorName> targets, OperationOutputs operations) {
    FlatGraph folded = graph;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Map<TensorName, NodeDef> constants = constants(folded, operations);
      if (constants.isEmpty()) {
        return folded;
      }
      folded = replace(folded, constants).neededBy(targets);
    }
    return folded;
  }

  private static FlatGraph replace(FlatGraph graph, Map<TensorName, NodeDef> constants) {
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

  /** The value of each tensor that can be folded and is used by a node that cannot. */
  private static Map<TensorName, NodeDef> constants(FlatGraph flat, OperationOutputs operations) {
    FlatGraph known = flat.without(node -> isOpaque(node, operations));
    try (Graph graph = new Graph()) {
      known.importInto(graph);
      Set<String> fixed = new HashSet<>();
      Map<TensorName, NodeDef> constants = new LinkedHashMap<>();
      for (NodeDef node : known.nodes().values()) {
        if (OF_SHAPE.contains(node.getOp())) {
          constants.putAll(ofShape(node, graph));
        } else if (isFixed(node, fixed, operations)) {
          fixed.add(node.getName());
        }
      }
      Set<TensorName> wanted = new LinkedHashSet<>();
      for (NodeDef node : flat.nodes().values()) {
        for (String input : node.getInputList()) {
          TensorName tensor = TensorName.of(input);
          if (fixed.contains(tensor.node())
              && !fixed.contains(node.getName())
              && !flat.node(tensor).getOp().equals("Const")
              && isFoldable(graph, tensor)) {
            wanted.add(tensor);
          }
        }
      }
      if (!wanted.isEmpty()) {
        constants.putAll(evaluate(graph, new ArrayList<>(wanted)));
      }
      return constants;
    }
  }

  /** The constants of a node that looks at nothing but the shapes of its inputs. */
  private static Map<TensorName, NodeDef> ofShape(NodeDef node, Graph graph) {
    Map<TensorName, NodeDef> constants = new LinkedHashMap<>();
    for (int i = 0; i < node.getInputCount(); i++) {
      Shape shape = output(graph, TensorName.of(node.getInput(i))).shape();
      TensorName result = new TensorName(node.getName(), i);
      boolean wide = output(graph, result).dataType() == DataType.DT_INT64;
      boolean known =
          node.getOp().equals("Rank") ? shape.numDimensions() >= 0 : !shape.hasUnknownDimension();
      if (known) {
        TensorProto.Builder tensor =
            TensorProto.newBuilder().setDtype(wide ? DataType.DT_INT64 : DataType.DT_INT32);
        long[] values =
            switch (node.getOp()) {
              case "Rank" -> new long[] {shape.numDimensions()};
              case "Size" -> new long[] {shape.size()};
              default -> {
                tensor.setTensorShape(shape(Shape.of(shape.numDimensions())));
                yield shape.asArray();
              }
            };
        for (long value : values) {
          if (wide) {
            tensor.addInt64Val(value);
          } else {
            tensor.addIntVal(Math.toIntExact(value));
          }
        }
        constants.put(result, node(result.node() + ".folded" + i, tensor));
      }
    }
    return constants;
  }

  /** Whether nothing is inferred through a node: it is control flow, or must not be run. */
  static boolean isOpaque(NodeDef node, OperationOutputs operations) {
    return ControlFlow.isControl(node)
        || !operations.has(node.getOp())
        || (!operations.isStateful(node.getOp())
            && OperationPolicy.isRefused(node.getOp(), operations));
  }

  private static boolean isFixed(NodeDef node, Set<String> fixed, OperationOutputs operations) {
    return node.getOp().equals("Const")
        || (node.getInputCount() > 0
            && !operations.isStateful(node.getOp())
            && node.getInputList().stream()
                .allMatch(input -> fixed.contains(TensorName.of(input).node())));
  }

  private static boolean isFoldable(Graph graph, TensorName tensor) {
    Output<?> output = output(graph, tensor);
    return FOLDED.contains(output.dataType())
        && (output.shape().hasUnknownDimension() || output.shape().size() <= MAX_ELEMENTS);
  }

  private static Output<?> output(Graph graph, TensorName tensor) {
    GraphOperation operation = graph.operationOrThrow(tensor.node());
    return operation.output(tensor.index());
  }

  private static Map<TensorName, NodeDef> evaluate(Graph graph, List<TensorName> wanted) {
    Map<TensorName, NodeDef> constants = new LinkedHashMap<>();
    try (Session session = new Session(graph, ON_CPU)) {
      Session.Runner runner = session.runner();
      wanted.forEach(tensor -> runner.fetch(output(graph, tensor)));
      try (Result result = runner.run()) {
        for (int i = 0; i < wanted.size(); i++) {
          TensorName tensor = wanted.get(i);
          String name = tensor.node() + ".folded" + tensor.index();
          constants.put(tensor, constant(name, (TType) result.get(i)));
        }
      }
    }
    return constants;
  }

  /** A node that holds integers or truth values. */
  static NodeDef constant(String name, TType value) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setTensorShape(shape(value.shape()));
    if (value instanceof TInt32 integers) {
      tensor.setDtype(DataType.DT_INT32);
      integers.scalars().forEach(scalar -> tensor.addIntVal(scalar.getInt()));
    } else if (value instanceof TInt64 integers) {
      tensor.setDtype(DataType.DT_INT64);
      integers.scalars().forEach(scalar -> tensor.addInt64Val(scalar.getLong()));
    } else {
      tensor.setDtype(DataType.DT_BOOL);
      ((TBool) value).scalars().forEach(scalar -> tensor.addBoolVal(scalar.getBoolean()));
    }
    return node(name, tensor);
  }

  private static NodeDef node(String name, TensorProto.Builder tensor) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(tensor.getDtype()).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  static TensorShapeProto shape(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    if (shape.isUnknown()) {
      return proto.setUnknownRank(true).build();
    }
    for (long size : shape.asArray()) {
      proto.addDimBuilder().setSize(size);
    }
    return proto.build();
  }
}
