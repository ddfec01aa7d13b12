package dev.hesse.models.savedmodel;

import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Graphs and functions in TensorFlow's formats. */
final class Protos {
  static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  static final AttrValue INT = type(DataType.DT_INT32);
  static final AttrValue BOOL = type(DataType.DT_BOOL);

  private Protos() {}

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static AttrValue types(AttrValue... types) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    Arrays.stream(types).forEach(type -> list.addType(type.getType()));
    return AttrValue.newBuilder().setList(list).build();
  }

  static AttrValue integer(long value) {
    return AttrValue.newBuilder().setI(value).build();
  }

  static AttrValue placeholder(String name) {
    return AttrValue.newBuilder().setPlaceholder(name).build();
  }

  static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  static AttrValue functions(String... names) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    Arrays.stream(names).forEach(name -> list.addFunc(NameAttrList.newBuilder().setName(name)));
    return AttrValue.newBuilder().setList(list).build();
  }

  static NodeDef node(String name, String op, Map<String, AttrValue> attributes, String... inputs) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(op)
        .addAllInput(List.of(inputs))
        .putAllAttr(attributes)
        .build();
  }

  static NodeDef constant(String name, int value) {
    return Constant.node(name, DataType.DT_INT32, StoredTensor.of(new long[0], new int[] {value}));
  }

  static NodeDef constants(String name, int... values) {
    return Constant.node(
        name, DataType.DT_INT32, StoredTensor.of(new long[] {values.length}, values));
  }

  static NodeDef constant(String name, float value) {
    return Constant.node(
        name, DataType.DT_FLOAT, StoredTensor.of(new long[0], new float[] {value}));
  }

  /**
   * A function.
   *
   * @param arguments {@code NAME=TYPE}, with spaces between
   * @param results {@code TENSOR=TYPE}, with spaces between
   */
  static FunctionDef function(String name, String arguments, String results, NodeDef... nodes) {
    FunctionDef.Builder function = FunctionDef.newBuilder().addAllNodeDef(List.of(nodes));
    OpDef.Builder signature = function.getSignatureBuilder().setName(name);
    for (String argument : arguments.split(" ")) {
      signature.addInputArg(argument(argument.split("=")[0], argument.split("=")[1]));
    }
    for (String result : results.split(" ")) {
      String number = "r" + signature.getOutputArgCount();
      signature.addOutputArg(argument(number, result.split("=")[1]));
      function.putRet(number, result.split("=")[0]);
    }
    return function.build();
  }

  private static OpDef.ArgDef argument(String name, String type) {
    return OpDef.ArgDef.newBuilder()
        .setName(name)
        .setType(DataType.valueOf("DT_" + type.toUpperCase(Locale.ROOT)))
        .build();
  }

  static GraphDef graph(List<FunctionDef> functions, NodeDef... nodes) {
    GraphDef.Builder graph = GraphDef.newBuilder().addAllNode(List.of(nodes));
    graph.getLibraryBuilder().addAllFunction(functions);
    graph.getVersionsBuilder().setProducer(1000);
    return graph.build();
  }
}
