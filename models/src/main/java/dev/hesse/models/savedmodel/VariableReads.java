package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Gives every variable of a flat graph, of whichever kind, the form that {@link
 * dev.hesse.models.LossGraph} has: a {@code VarHandleOp} node NAME and one {@code ReadVariableOp}
 * node NAME.read in place of all reads.
 */
final class VariableReads {
  private static final Set<String> REFERENCES = Set.of("VariableV2", "Variable");
  private static final String HANDLE = "VarHandleOp";
  static final String READ = ".read";

  private final FlatGraph graph;
  private final SharedVariables shared;
  private final Map<String, NodeDef> written = new LinkedHashMap<>();
  private final Map<String, StoredVariable> variables = new LinkedHashMap<>();

  /** What a read has become. */
  private final Map<String, TensorName> replaced = new LinkedHashMap<>();

  /** A variable of the graph. */
  record StoredVariable(String node, DataType type) {}

  /** A graph with the variables that it reads. */
  record Read(FlatGraph graph, List<StoredVariable> variables, List<TensorName> targets) {}

  /** Whether a type of operation is a variable itself. */
  static boolean declares(String type) {
    return type.equals(HANDLE) || REFERENCES.contains(type);
  }

  private VariableReads(FlatGraph graph, SharedVariables shared) {
    this.graph = graph;
    this.shared = shared;
  }

  /**
   * Rewrites a graph.
   *
   * @param targets what the graph is for
   * @throws BadInputException if a variable is used in another way than by reading it
   */
  static Read rewrite(FlatGraph graph, List<TensorName> targets, SharedVariables shared) {
    VariableReads rewriting = new VariableReads(graph, shared);
    graph.nodes().values().forEach(rewriting::write);
    FlatGraph result = new FlatGraph(rewriting.written);
    List<TensorName> found = targets.stream().map(rewriting::resolve).toList();
    return new Read(result.neededBy(found), new ArrayList<>(rewriting.variables.values()), found);
  }

  private void write(NodeDef node) {
    switch (node.getOp()) {
      case HANDLE, "Variable", "VariableV2" -> declare(node);
      case "ReadVariableOp" ->
          replaced.put(node.getName(), new TensorName(handle(node, 0) + READ, 0));
      case "ResourceGather" -> gather(node);
      case "VariableShape" -> shape(node);
      default -> {
        NodeDef.Builder builder = node.toBuilder().clearInput();
        for (String input : node.getInputList()) {
          builder.addInput(resolve(TensorName.of(input)).toString());
        }
        written.put(node.getName(), builder.build());
      }
    }
  }

  private TensorName resolve(TensorName tensor) {
    TensorName read = replaced.get(tensor.node());
    if (read != null) {
      return read;
    }
    NodeDef node = graph.nodes().get(tensor.node());
    return node != null && REFERENCES.contains(node.getOp())
        ? new TensorName(shared.node(node.getName()) + READ, 0)
        : tensor;
  }

  private void declare(NodeDef node) {
    String name = shared.node(node.getName());
    if (variables.containsKey(name)) {
      return;
    }
    DataType type = node.getAttrOrDefault("dtype", AttrValue.getDefaultInstance()).getType();
    AttrValue shape = node.getAttrOrDefault("shape", AttrValue.getDefaultInstance());
    variables.put(name, new StoredVariable(name, type));
    AttrValue dtype = AttrValue.newBuilder().setType(type).build();
    written.put(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp(HANDLE)
            .putAttr("dtype", dtype)
            .putAttr("shape", shape)
            .putAttr(
                "shared_name", AttrValue.newBuilder().setS(ByteString.copyFromUtf8(name)).build())
            .build());
    String read = name + READ;
    written.put(
        read,
        NodeDef.newBuilder()
            .setName(read)
            .setOp("ReadVariableOp")
            .addInput(name)
            .putAttr("dtype", dtype)
            .build());
  }

  /** The variable whose handle an input is. */
  private String handle(NodeDef node, int input) {
    TensorName origin = graph.origin(TensorName.of(node.getInput(input)));
    if (!graph.node(origin).getOp().equals(HANDLE)) {
      throw new BadInputException(
          "%s node %s reads what %s node %s makes"
              .formatted(
                  node.getOp(),
                  BadInputException.quote(node.getName()),
                  BadInputException.quote(graph.node(origin).getOp()),
                  BadInputException.quote(origin.node())),
          "Export the model with its variables");
    }
    return shared.node(origin.node());
  }

  /** Rows of a variable are gathered from its value. */
  private void gather(NodeDef node) {
    String read = handle(node, 0) + READ;
    String axis = node.getName() + "/axis";
    AttrValue int32 = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
    written.put(
        axis,
        NodeDef.newBuilder()
            .setName(axis)
            .setOp("Const")
            .putAttr("dtype", int32)
            .putAttr(
                "value",
                AttrValue.newBuilder()
                    .setTensor(
                        TensorProto.newBuilder()
                            .setDtype(DataType.DT_INT32)
                            .setTensorShape(TensorShapeProto.getDefaultInstance())
                            .addIntVal(batchDimensions(node)))
                    .build())
            .build());
    written.put(
        node.getName(),
        NodeDef.newBuilder()
            .setName(node.getName())
            .setOp("GatherV2")
            .addInput(read)
            .addInput(resolve(TensorName.of(node.getInput(1))).toString())
            .addInput(axis)
            .putAttr("Tparams", node.getAttrOrThrow("dtype"))
            .putAttr("Tindices", node.getAttrOrThrow("Tindices"))
            .putAttr("Taxis", int32)
            .putAttr("batch_dims", AttrValue.newBuilder().setI(batchDimensions(node)).build())
            .build());
  }

  private static int batchDimensions(NodeDef node) {
    long count = node.getAttrOrDefault("batch_dims", AttrValue.getDefaultInstance()).getI();
    if (count != (int) count) {
      throw BadInputException.damaged(
          "node %s has %d batch dimensions"
              .formatted(BadInputException.quote(node.getName()), count));
    }
    return (int) count;
  }

  private void shape(NodeDef node) {
    NodeDef.Builder shape =
        NodeDef.newBuilder()
            .setName(node.getName())
            .setOp("Shape")
            .addInput(handle(node, 0) + READ);
    NodeDef variable = graph.node(graph.origin(TensorName.of(node.getInput(0))));
    shape.putAttr("T", variable.getAttrOrThrow("dtype"));
    shape.putAttr(
        "out_type",
        node.getAttrOrDefault(
            "out_type", AttrValue.newBuilder().setType(DataType.DT_INT32).build()));
    written.put(node.getName(), shape.build());
  }
}
