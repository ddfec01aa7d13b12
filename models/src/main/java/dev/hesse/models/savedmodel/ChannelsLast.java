package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Writes convolutions and pooling over images with their channels first as the same with channels
 * last, between transpositions: TensorFlow has these alone in all precisions, and with all
 * derivatives, on a CPU. The filters have one layout in both.
 */
final class ChannelsLast {
  /** The inputs that are images, by operation. */
  private static final Map<String, Integer> IMAGES =
      Map.of(
          "Conv2D", 0,
          "Conv3D", 0,
          "DepthwiseConv2dNative", 0,
          "MaxPool", 0,
          "AvgPool", 0,
          "MaxPool3D", 0,
          "AvgPool3D", 0,
          "Conv2DBackpropInput", 2,
          "Conv3DBackpropInputV2", 2,
          "DepthwiseConv2dNativeBackpropInput", 2);

  private static final AttrValue INT32 = AttrValue.newBuilder().setType(DataType.DT_INT32).build();

  private final Map<String, NodeDef> written = new LinkedHashMap<>();

  private ChannelsLast() {}

  /**
   * Rewrites a graph.
   *
   * @param graph whose nodes state their types
   */
  static FlatGraph write(FlatGraph graph) {
    ChannelsLast rewriting = new ChannelsLast();
    graph.nodes().values().forEach(rewriting::write);
    return new FlatGraph(rewriting.written);
  }

  private void write(NodeDef node) {
    String format =
        node.getAttrOrDefault("data_format", AttrValue.getDefaultInstance()).getS().toStringUtf8();
    if (!IMAGES.containsKey(node.getOp()) || !(format.equals("NCHW") || format.equals("NCDHW"))) {
      written.put(node.getName(), node);
      return;
    }
    int rank = format.length();
    int[] toLast = new int[rank];
    int[] toFirst = new int[rank];
    Arrays.setAll(toLast, i -> i == 0 ? 0 : i == rank - 1 ? 1 : i + 1);
    Arrays.setAll(toFirst, i -> i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
    String name = node.getName();
    AttrValue type = node.getAttrOrThrow("T");
    int images = IMAGES.get(node.getOp());
    NodeDef.Builder last = node.toBuilder().setName(name + ".last");
    last.setInput(
        images, transpose(name + ".images", node.getInput(images), toLast, type).getName());
    if (images == 2) {
      last.setInput(0, permuted(name + ".sizes", node, toLast));
    }
    for (String attribute : new String[] {"strides", "ksize", "dilations"}) {
      if (node.containsAttr(attribute)) {
        last.putAttr(attribute, permuted(node.getAttrOrThrow(attribute), toLast, 1));
      }
    }
    if (node.getAttrOrDefault("explicit_paddings", AttrValue.getDefaultInstance())
            .getList()
            .getICount()
        > 0) {
      last.putAttr(
          "explicit_paddings", permuted(node.getAttrOrThrow("explicit_paddings"), toLast, 2));
    }
    last.putAttr(
        "data_format",
        AttrValue.newBuilder().setS(ByteString.copyFromUtf8(rank == 4 ? "NHWC" : "NDHWC")).build());
    written.put(last.getName(), last.build());
    transpose(name, last.getName(), toFirst, type);
  }

  /** A list with one or two numbers for each dimension. */
  private static AttrValue permuted(AttrValue list, int[] order, int each) {
    AttrValue.ListValue.Builder permuted = AttrValue.ListValue.newBuilder();
    if (list.getList().getICount() != order.length * each) {
      return list;
    }
    for (int dimension : order) {
      for (int i = 0; i < each; i++) {
        permuted.addI(list.getList().getI(dimension * each + i));
      }
    }
    return AttrValue.newBuilder().setList(permuted).build();
  }

  private NodeDef transpose(String name, String input, int[] order, AttrValue type) {
    NodeDef node =
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Transpose")
            .addInput(input)
            .addInput(constant(name + ".order", order))
            .putAttr("T", type)
            .putAttr("Tperm", INT32)
            .build();
    written.put(name, node);
    return node;
  }

  /** The sizes that a transposed convolution is told. */
  private String permuted(String name, NodeDef node, int[] order) {
    AttrValue type =
        node.getAttrOrDefault("Tshape", AttrValue.getDefaultInstance()).getType()
                == DataType.DT_INT64
            ? AttrValue.newBuilder().setType(DataType.DT_INT64).build()
            : INT32;
    NodeDef gather =
        NodeDef.newBuilder()
            .setName(name)
            .setOp("GatherV2")
            .addInput(node.getInput(0))
            .addInput(constant(name + ".order", order))
            .addInput(constant(name + ".axis", new int[0]))
            .putAttr("Tparams", type)
            .putAttr("Tindices", INT32)
            .putAttr("Taxis", INT32)
            .build();
    written.put(name, gather);
    return name;
  }

  /** Integers; none stands for a zero. */
  private String constant(String name, int[] values) {
    StoredTensor tensor =
        values.length == 0
            ? StoredTensor.of(new long[0], new int[] {0})
            : StoredTensor.of(new long[] {values.length}, values);
    written.put(name, Constant.node(name, DataType.DT_INT32, tensor));
    return name;
  }
}
