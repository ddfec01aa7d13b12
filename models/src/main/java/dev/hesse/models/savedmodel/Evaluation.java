package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tensorflow.EagerSession;
import org.tensorflow.Output;
import org.tensorflow.RawTensor;
import org.tensorflow.Tensor;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Runs single nodes on constants, on the CPU. */
final class Evaluation implements AutoCloseable {
  static final ConfigProto ON_CPU = ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();

  /** What TensorFlow Java has tensors of. */
  private static final Set<DataType> TYPES =
      Set.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_HALF,
          DataType.DT_BFLOAT16,
          DataType.DT_INT32,
          DataType.DT_INT64,
          DataType.DT_UINT8,
          DataType.DT_BOOL);

  private final Map<TensorName, NodeDef> values = new HashMap<>();
  private final Map<TensorName, Output<?>> tensors = new HashMap<>();
  private @Nullable EagerSession session;
  private @Nullable NodeBuilder builder;

  /** Whether numbers of the type can be had of a node. */
  static boolean gives(DataType type) {
    return TYPES.contains(type);
  }

  /** Keeps the constant that a tensor is. */
  void know(TensorName tensor, NodeDef constant) {
    values.put(tensor, constant);
  }

  boolean knows(List<TensorName> inputs) {
    return values.keySet().containsAll(inputs);
  }

  /**
   * Runs a node, of which all outputs are of types that can be had.
   *
   * @param inputs that are known
   * @param names of the constants that are the node's outputs
   */
  List<NodeDef> run(NodeDef node, List<TensorName> inputs, Function<TensorName, String> names) {
    List<Output<?>> given = new ArrayList<>();
    for (TensorName input : inputs) {
      given.add(tensors.computeIfAbsent(input, this::constant));
    }
    List<Output<?>> outputs = builder().build(node, given);
    List<NodeDef> constants = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      TensorName tensor = new TensorName(node.getName(), i);
      tensors.put(tensor, outputs.get(i));
      constants.add(node(names.apply(tensor), outputs.get(i).asTensor()));
    }
    return constants;
  }

  private Output<?> constant(TensorName tensor) {
    return builder().build(Objects.requireNonNull(values.get(tensor)), List.of()).get(0);
  }

  private NodeBuilder builder() {
    if (builder == null) {
      session = EagerSession.options().config(ON_CPU).build();
      builder = new NodeBuilder(session);
    }
    return builder;
  }

  /** A node that holds a tensor of numbers. */
  static NodeDef node(String name, Tensor value) {
    RawTensor raw = value.asRawTensor();
    byte[] content = new byte[Math.toIntExact(raw.numBytes())];
    raw.data().read(content);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(value.dataType())
            .setTensorShape(ShapeConstants.proto(raw.shape()))
            .setTensorContent(ByteString.copyFrom(content));
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(value.dataType()).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
