package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/** A SavedModel written node by node. */
final class TestModel {
  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, StoredTensor> variables = new LinkedHashMap<>();

  /** What else is in the file. */
  final MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static AttrValue number(long number) {
    return AttrValue.newBuilder().setI(number).build();
  }

  static AttrValue text(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  static AttrValue shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    Arrays.stream(sizes).forEach(size -> shape.addDimBuilder().setSize(size));
    return AttrValue.newBuilder().setShape(shape).build();
  }

  static NodeDef node(String op, String name, List<String> inputs, Map<String, AttrValue> attrs) {
    return NodeDef.newBuilder()
        .setOp(op)
        .setName(name)
        .addAllInput(inputs)
        .putAllAttr(attrs)
        .build();
  }

  TestModel add(NodeDef node) {
    graph.addNode(node);
    return this;
  }

  TestModel add(String op, String name, List<String> inputs, Map<String, AttrValue> attrs) {
    return add(node(op, name, inputs, attrs));
  }

  /** A node whose only attribute is T, float. */
  TestModel add(String op, String name, String... inputs) {
    return add(op, name, List.of(inputs), Map.of("T", type(DataType.DT_FLOAT)));
  }

  TestModel input(String name, long... shape) {
    return add(
        "Placeholder",
        name,
        List.of(),
        Map.of("dtype", type(DataType.DT_FLOAT), "shape", shape(shape)));
  }

  TestModel integers(String name, int... values) {
    return add(
        Constant.node(
            name, DataType.DT_INT32, StoredTensor.of(new long[] {values.length}, values)));
  }

  TestModel integer(String name, int value) {
    return add(
        Constant.node(name, DataType.DT_INT32, StoredTensor.of(new long[0], new int[] {value})));
  }

  TestModel constant(String name, DataType type, StoredTensor value) {
    return add(Constant.node(name, type, value));
  }

  /** A variable NAME and its value, NAME/read. */
  TestModel variable(String name, DataType type, StoredTensor value) {
    return variable(name, name, type, value).read(name, type);
  }

  TestModel variable(String name, String shared, DataType type, StoredTensor value) {
    variables.put(name, value);
    return add(
        "VarHandleOp",
        name,
        List.of(),
        Map.of("dtype", type(type), "shape", shape(value.shape()), "shared_name", text(shared)));
  }

  TestModel read(String name, DataType type) {
    return add("ReadVariableOp", name + "/read", List.of(name), Map.of("dtype", type(type)));
  }

  /** A function of tensors or variables with one float result. */
  TestModel function(String name, List<String> arguments, String result, NodeDef... nodes) {
    OpDef.Builder signature = OpDef.newBuilder().setName(name);
    arguments.forEach(
        argument ->
            signature.addInputArg(
                OpDef.ArgDef.newBuilder()
                    .setName(argument)
                    .setType(
                        variables.containsKey(argument)
                            ? DataType.DT_RESOURCE
                            : DataType.DT_FLOAT)));
    signature.addOutputArg(OpDef.ArgDef.newBuilder().setName("out").setType(DataType.DT_FLOAT));
    graph
        .getLibraryBuilder()
        .addFunction(
            FunctionDef.newBuilder()
                .setSignature(signature)
                .addAllNodeDef(List.of(nodes))
                .putRet("out", result));
    return this;
  }

  /** A call of a function of a tensor and a variable. */
  static NodeDef call(String name, String function, List<String> inputs) {
    AttrValue.ListValue.Builder in =
        AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT).addType(DataType.DT_RESOURCE);
    return node(
        "StatefulPartitionedCall",
        name,
        inputs,
        Map.of(
            "Tin",
            AttrValue.newBuilder().setList(in).build(),
            "Tout",
            AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT))
                .build(),
            "f",
            AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build()));
  }

  static ObjectReference child(String name, int number) {
    return ObjectReference.newBuilder().setLocalName(name).setNodeId(number).build();
  }

  TestModel objects(List<SavedObject> objects) {
    meta.getObjectGraphDefBuilder().addAllNodes(objects);
    return this;
  }

  GraphDef graph() {
    return graph.build();
  }

  Map<String, StoredTensor> variables() {
    return variables;
  }

  /** The file. */
  byte[] bytes() {
    meta.setGraphDef(graph);
    if (meta.getMetaInfoDef().getTagsCount() == 0) {
      meta.getMetaInfoDefBuilder().addTags("serve");
    }
    return SavedModel.newBuilder().addMetaGraphs(meta).build().toByteArray();
  }

  SavedModels open(Path folder) throws IOException {
    Files.write(folder.resolve("saved_model.pb"), bytes());
    if (!variables.isEmpty()) {
      Path prefix = folder.resolve("variables");
      Files.createDirectories(prefix);
      TensorBundle.write(prefix.resolve("variables"), variables);
    }
    return SavedModels.open(folder);
  }
}
