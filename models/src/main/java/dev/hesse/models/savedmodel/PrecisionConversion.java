package dev.hesse.models.savedmodel;

import dev.hesse.models.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Lets a graph compute in one precision, whatever floating types its nodes have: float16 and
 * bfloat16 weights keep their values, what is computed from them is rounded less.
 */
final class PrecisionConversion {
  private static final Set<DataType> FLOATING =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  private PrecisionConversion() {}

  static boolean isFloating(DataType type) {
    return FLOATING.contains(type);
  }

  static FlatGraph to(Precision precision, FlatGraph graph) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    graph.nodes().forEach((name, node) -> nodes.put(name, convert(node, precision)));
    return new FlatGraph(nodes);
  }

  private static NodeDef convert(NodeDef node, Precision precision) {
    DataType target = precision.dataType();
    AttrValue value = node.getAttrOrDefault("value", AttrValue.getDefaultInstance());
    if (node.getOp().equals("Const") && isFloating(value.getTensor().getDtype())) {
      return Constant.node(
          node.getName(),
          target,
          Constant.floating(value.getTensor()).as(Constant.type(target).orElseThrow()));
    }
    NodeDef.Builder builder = node.toBuilder();
    node.getAttrMap().forEach((name, attribute) -> builder.putAttr(name, with(attribute, target)));
    return builder.build();
  }

  private static AttrValue with(AttrValue attribute, DataType target) {
    if (attribute.getValueCase() == AttrValue.ValueCase.TYPE) {
      return isFloating(attribute.getType())
          ? AttrValue.newBuilder().setType(target).build()
          : attribute;
    }
    if (attribute.getList().getTypeCount() == 0) {
      return attribute;
    }
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    attribute.getList().getTypeList().forEach(t -> types.addType(isFloating(t) ? target : t));
    return AttrValue.newBuilder().setList(types).build();
  }
}
