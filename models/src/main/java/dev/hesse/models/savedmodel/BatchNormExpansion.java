package dev.hesse.models.savedmodel;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Writes inference batch norm as (x − mean)·(scale·(variance + ε)^−½) + offset, which every
 * precision has kernels for and whose factor can be folded into a convolution before it. Types are
 * left for {@link PrecisionConversion} to make one.
 */
final class BatchNormExpansion {
  private final Map<String, NodeDef> written = new LinkedHashMap<>();
  private DataType type = DataType.DT_FLOAT;

  private BatchNormExpansion() {}

  static FlatGraph expand(FlatGraph graph) {
    BatchNormExpansion expansion = new BatchNormExpansion();
    for (NodeDef node : graph.nodes().values()) {
      if (node.getOp().startsWith("FusedBatchNorm")) {
        expansion.write(node);
      } else {
        expansion.written.put(node.getName(), node);
      }
    }
    return new FlatGraph(expansion.written);
  }

  private void write(NodeDef node) {
    String name = node.getName();
    type = node.getAttrOrThrow("T").getType();
    String format =
        node.getAttrOrDefault("data_format", AttrValue.getDefaultInstance()).getS().toStringUtf8();
    boolean channelsFirst = format.startsWith("NC");
    AttrValue epsilon =
        node.getAttrOrDefault("epsilon", AttrValue.newBuilder().setF(1e-4f).build());
    scalar(name + "/epsilon", epsilon.getF());
    apply(name + "/shifted", "AddV2", node.getInput(4), name + "/epsilon");
    apply(name + "/root", "Rsqrt", name + "/shifted");
    apply(name + "/factor", "Mul", node.getInput(1), name + "/root");
    String factor = name + "/factor";
    String mean = node.getInput(3);
    String offset = node.getInput(2);
    if (channelsFirst) {
      factor = alongChannels(factor, name + "/factor", format.length());
      mean = alongChannels(mean, name + "/mean", format.length());
      offset = alongChannels(offset, name + "/offset", format.length());
    }
    apply(name + "/centred", "Sub", node.getInput(0), mean);
    apply(name + "/scaled", "Mul", name + "/centred", factor);
    apply(name, "AddV2", name + "/scaled", offset);
  }

  /** Gives a vector of channels the shape [channels, 1, …, 1], without the batch. */
  private String alongChannels(String vector, String name, int rank) {
    String shape = name + "/shape";
    int[] sizes = new int[rank - 1];
    Arrays.fill(sizes, 1);
    sizes[0] = -1;
    written.put(
        shape,
        Constant.node(shape, DataType.DT_INT32, StoredTensor.of(new long[] {sizes.length}, sizes)));
    String reshaped = name + "/channels";
    written.put(
        reshaped,
        NodeDef.newBuilder()
            .setName(reshaped)
            .setOp("Reshape")
            .addInput(vector)
            .addInput(shape)
            .putAttr("T", AttrValue.newBuilder().setType(type).build())
            .putAttr("Tshape", AttrValue.newBuilder().setType(DataType.DT_INT32).build())
            .build());
    return reshaped;
  }

  private void scalar(String name, double value) {
    ByteBuffer data = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    StoredTensor number =
        new StoredTensor(DType.FLOAT64, new long[0], data.putDouble(value).flip());
    written.put(name, Constant.node(name, DataType.DT_DOUBLE, number));
  }

  private void apply(String name, String operation, String... inputs) {
    written.put(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp(operation)
            .addAllInput(List.of(inputs))
            .putAttr("T", AttrValue.newBuilder().setType(type).build())
            .build());
  }
}
