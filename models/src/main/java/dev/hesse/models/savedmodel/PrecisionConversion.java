package dev.hesse.models.savedmodel;

import dev.hesse.models.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef.AttrDef;

/**
 * Lets a graph compute in one precision, whatever floating types its nodes have: float16 and
 * bfloat16 weights keep their values, what is computed from them is rounded less. Where TensorFlow
 * has an operation in other types only, it keeps its own, between casts.
 */
final class PrecisionConversion {
  private static final Set<DataType> FLOATING =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  private final DataType target;
  private final OperationOutputs operations;
  private final Map<String, NodeDef> written = new LinkedHashMap<>();

  private PrecisionConversion(DataType target, OperationOutputs operations) {
    this.target = target;
    this.operations = operations;
  }

  static boolean isFloating(DataType type) {
    return FLOATING.contains(type);
  }

  /** What TensorFlow has for pairs of types, one complex, that must go together. */
  private static boolean isComplex(AttrValue type) {
    return type.getType() == DataType.DT_COMPLEX64 || type.getType() == DataType.DT_COMPLEX128;
  }

  static FlatGraph to(Precision precision, FlatGraph graph, OperationOutputs operations) {
    PrecisionConversion conversion = new PrecisionConversion(precision.dataType(), operations);
    graph.nodes().values().forEach(conversion::write);
    return new FlatGraph(conversion.written);
  }

  private void write(NodeDef node) {
    NodeDef.Builder converted = convert(node).toBuilder().clearInput();
    List<DataType> expected = operations.inputTypes(converted.build());
    for (int i = 0; i < node.getInputCount(); i++) {
      TensorName input = TensorName.of(node.getInput(i));
      converted.addInput(i < expected.size() ? as(expected.get(i), input) : node.getInput(i));
    }
    written.put(node.getName(), converted.build());
  }

  private NodeDef convert(NodeDef node) {
    AttrValue value = node.getAttrOrDefault("value", AttrValue.getDefaultInstance());
    if (node.getOp().equals("Const") && isFloating(value.getTensor().getDtype())) {
      return Constant.node(
          node.getName(),
          target,
          Constant.floating(value.getTensor()).as(Constant.type(target).orElseThrow()));
    }
    if (operations.typeAttributes(node.getOp()).stream()
        .anyMatch(a -> isComplex(node.getAttrOrDefault(a.getName(), a.getDefaultValue())))) {
      return node;
    }
    NodeDef.Builder builder = node.toBuilder();
    for (AttrDef attribute : operations.typeAttributes(node.getOp())) {
      AttrValue own = node.getAttrOrDefault(attribute.getName(), attribute.getDefaultValue());
      builder.putAttr(attribute.getName(), with(own, attribute));
    }
    return builder.build();
  }

  private AttrValue with(AttrValue own, AttrDef attribute) {
    List<DataType> allowed = attribute.getAllowedValues().getList().getTypeList();
    if (!allowed.isEmpty() && !allowed.contains(target)) {
      return own;
    }
    if (own.getValueCase() == AttrValue.ValueCase.TYPE) {
      return isFloating(own.getType()) ? AttrValue.newBuilder().setType(target).build() : own;
    }
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    own.getList().getTypeList().forEach(type -> types.addType(isFloating(type) ? target : type));
    return AttrValue.newBuilder().setList(types).build();
  }

  /** The tensor in a type, cast where it has another. */
  private String as(DataType type, TensorName tensor) {
    NodeDef node = written.get(tensor.node());
    if (node == null || !isFloating(type)) {
      return tensor.toString();
    }
    DataType actual = operations.type(node, tensor.index());
    if (actual == type || !isFloating(actual)) {
      return tensor.toString();
    }
    String name = "%s.%d.%s".formatted(tensor.node(), tensor.index(), OutputProbe.name(type));
    written.putIfAbsent(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Cast")
            .addInput(tensor.toString())
            .putAttr("SrcT", AttrValue.newBuilder().setType(actual).build())
            .putAttr("DstT", AttrValue.newBuilder().setType(type).build())
            .build());
    return name;
  }
}
