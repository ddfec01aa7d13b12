package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Graphs of operations that may run, whose inputs and attributes are the right ones in kind alone:
 * sizes and numbers are often at the edges of what there is.
 */
final class RandomGraph {
  private static final List<OpDef> OPERATIONS =
      TensorFlow.registeredOpList().getOpList().stream()
          .filter(operation -> OperationPolicy.allowed().contains(operation.getName()))
          .sorted((a, b) -> a.getName().compareTo(b.getName()))
          .toList();
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    -1,
    7,
    64,
    -2,
    1 << 16,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final List<DataType> TYPES =
      List.of(
          DataType.DT_FLOAT,
          DataType.DT_INT32,
          DataType.DT_INT64,
          DataType.DT_BOOL,
          DataType.DT_DOUBLE,
          DataType.DT_STRING,
          DataType.DT_HALF,
          DataType.DT_UINT8,
          DataType.DT_COMPLEX64,
          DataType.DT_RESOURCE,
          DataType.DT_VARIANT,
          DataType.DT_QINT8,
          DataType.DT_FLOAT_REF,
          DataType.DT_INVALID);

  private final Random random;
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final List<String> tensors = new ArrayList<>();

  private RandomGraph(long seed) {
    random = new Random(seed);
  }

  /** A graph whose last nodes are named y0, y1 and so on. */
  static FlatGraph of(long seed, int operations) {
    RandomGraph graph = new RandomGraph(seed);
    DataType type = graph.any(TYPES.subList(0, 5));
    for (int i = 0; i < 6; i++) {
      graph.source("s" + i, graph.random.nextInt(5) == 0 ? graph.any(TYPES) : type);
    }
    for (int i = 0; i < operations; i++) {
      graph.operation("y" + i, type);
    }
    return new FlatGraph(graph.nodes);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private long number() {
    return random.nextInt(12) > 0 ? random.nextInt(4) : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private TensorShapeProto shape() {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (random.nextInt(20) == 0) {
      return shape.setUnknownRank(true).build();
    }
    int rank = random.nextInt(50) == 0 ? 300 : random.nextInt(random.nextInt(3) == 0 ? 5 : 3);
    for (int i = 0; i < rank; i++) {
      shape.addDimBuilder().setSize(number());
    }
    return shape.build();
  }

  private TensorProto tensor(DataType type) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type).setTensorShape(shape());
    int listed = random.nextInt(8) == 0 ? random.nextInt(4) : random.nextInt(2);
    for (int i = 0; i < listed; i++) {
      switch (type) {
        case DT_FLOAT -> tensor.addFloatVal((float) number());
        case DT_DOUBLE -> tensor.addDoubleVal((double) number());
        case DT_INT64 -> tensor.addInt64Val(number());
        case DT_BOOL -> tensor.addBoolVal(random.nextBoolean());
        case DT_STRING -> tensor.addStringVal(ByteString.copyFromUtf8("1 a"));
        default -> tensor.addIntVal((int) number());
      }
    }
    if (random.nextInt(30) == 0) {
      tensor.setTensorContent(ByteString.copyFrom(new byte[random.nextInt(40)]));
    }
    return tensor.build();
  }

  private void source(String name, DataType type) {
    NodeDef.Builder node = NodeDef.newBuilder().setName(name);
    node.putAttr("dtype", TestModel.type(type));
    if (random.nextInt(3) > 0) {
      node.setOp("Const").putAttr("value", AttrValue.newBuilder().setTensor(tensor(type)).build());
    } else {
      node.setOp("Placeholder").putAttr("shape", AttrValue.newBuilder().setShape(shape()).build());
    }
    nodes.put(name, node.build());
    tensors.add(name);
  }

  private void operation(String name, DataType type) {
    OpDef operation = any(OPERATIONS);
    NodeDef.Builder node = NodeDef.newBuilder().setOp(operation.getName()).setName(name);
    operation
        .getAttrList()
        .forEach(
            attribute -> {
              if (random.nextInt(3) == 0 || !attribute.hasDefaultValue()) {
                node.putAttr(attribute.getName(), attribute(attribute, type));
              }
            });
    for (OpDef.ArgDef input : operation.getInputArgList()) {
      long count = 1;
      if (!input.getNumberAttr().isEmpty()) {
        count = node.getAttrOrDefault(input.getNumberAttr(), TestModel.number(1)).getI();
      } else if (!input.getTypeListAttr().isEmpty()) {
        count =
            node.getAttrOrDefault(input.getTypeListAttr(), AttrValue.getDefaultInstance())
                .getList()
                .getTypeCount();
      }
      for (int i = 0; i < Math.min(count, 5); i++) {
        node.addInput(any(tensors) + (random.nextInt(30) == 0 ? ":1" : ""));
      }
    }
    nodes.put(name, node.build());
    tensors.add(name);
  }

  private AttrValue attribute(OpDef.AttrDef attribute, DataType type) {
    if (attribute.hasDefaultValue() && random.nextInt(3) == 0) {
      return attribute.getDefaultValue();
    }
    List<DataType> types = attribute.getAllowedValues().getList().getTypeList();
    List<ByteString> texts = attribute.getAllowedValues().getList().getSList();
    AttrValue.Builder value = AttrValue.newBuilder();
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    int size = random.nextInt(5);
    switch (attribute.getType()) {
      case "type" -> value.setType(types.isEmpty() || types.contains(type) ? type : any(types));
      case "int" -> value.setI(number());
      case "float" -> value.setF((float) number());
      case "bool" -> value.setB(random.nextBoolean());
      case "string" -> value.setS(texts.isEmpty() ? ByteString.copyFromUtf8("a") : any(texts));
      case "shape" -> value.setShape(shape());
      case "tensor" -> value.setTensor(tensor(type));
      case "list(int)" -> {
        IntStream.range(0, size).forEach(i -> list.addI(number()));
        value.setList(list);
      }
      case "list(float)" -> {
        IntStream.range(0, size).forEach(i -> list.addF((float) number()));
        value.setList(list);
      }
      case "list(type)" -> {
        IntStream.range(0, size).forEach(i -> list.addType(type));
        value.setList(list);
      }
      case "list(shape)" -> {
        IntStream.range(0, size).forEach(i -> list.addShape(shape()));
        value.setList(list);
      }
      default -> {
        IntStream.range(0, size).forEach(i -> list.addS(ByteString.copyFromUtf8("a")));
        value.setList(list);
      }
    }
    return value.build();
  }
}
