package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

class FunctionInlinerTest {
  private static final OperationOutputs OPERATIONS = new OperationOutputs();
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef node(String name, String op, String... inputs) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(op)
        .addAllInput(List.of(inputs))
        .putAttr("T", FLOAT)
        .build();
  }

  private static NodeDef call(String name, String function, String... inputs) {
    return node(name, "StatefulPartitionedCall", inputs).toBuilder()
        .putAttr(
            "f",
            AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build())
        .build();
  }

  /** A function of x and y with one result. */
  private static FunctionDef function(String name, String result, NodeDef... nodes) {
    return FunctionDef.newBuilder()
        .setSignature(
            OpDef.newBuilder()
                .setName(name)
                .addInputArg(OpDef.ArgDef.newBuilder().setName("x"))
                .addInputArg(OpDef.ArgDef.newBuilder().setName("y"))
                .addOutputArg(OpDef.ArgDef.newBuilder().setName("out")))
        .addAllNodeDef(List.of(nodes))
        .putRet("out", result)
        .build();
  }

  private static Computation inline(
      List<FunctionDef> functions, List<NodeDef> nodes, String target) {
    GraphDef graph =
        GraphDef.newBuilder()
            .setLibrary(FunctionDefLibrary.newBuilder().addAllFunction(functions))
            .addAllNode(nodes)
            .build();
    return new FunctionInliner(graph, OPERATIONS, false).inline(List.of(TensorName.of(target)));
  }

  private static NodeDef get(Computation inlined, String name) {
    return inlined.graph().node(TensorName.of(name));
  }

  @Test
  void nestedCallsAreWrittenOutUnderTheirCallersNames() {
    FunctionDef inner =
        function(
            "inner", "product:z:0", node("product", "Mul", "x", "y"), node("dead", "Neg", "x"));
    FunctionDef outer =
        function(
            "outer",
            "sum:sum:0",
            call("twice", "inner", "y", "x"),
            node("sum", "AddN", "twice:output:0", "x"));
    Computation inlined =
        inline(
            List.of(inner, outer),
            List.of(
                node("a", "Placeholder"),
                node("b", "Placeholder"),
                call("call", "outer", "a", "b"),
                node("y", "Identity", "call:0")),
            "y");
    assertThat(get(inlined, "call/twice/product").getInputList()).containsExactly("b", "a");
    assertThat(get(inlined, "call/sum").getInputList()).containsExactly("call/twice/product", "a");
    assertThat(get(inlined, "y").getInputList()).containsExactly("call/sum");
    assertThat(inlined.graph().nodes()).doesNotContainKey("call/twice/dead").hasSize(5);
  }

  @Test
  void tensorsWithinFunctionsAreFoundByTheNamesThatTheyGet() {
    FunctionDef inner =
        function("f", "root:y:0", node("sum", "Mul", "x", "y"), node("root", "Sqrt", "sum:z:0"));
    Computation inlined =
        inline(
            List.of(inner),
            List.of(node("a", "Placeholder"), call("call", "f", "a", "a")),
            "call/sum");
    assertThat(inlined.targets()).containsExactly(new TensorName("call/sum", 0));
  }

  @Test
  void outputsAreCountedThroughListsAndNames() {
    NodeDef unique = node("unique", "UniqueWithCounts", "x");
    FunctionDef function = function("f", "unique:count:0", unique);
    Computation inlined =
        inline(
            List.of(function),
            List.of(node("a", "Placeholder"), call("call", "f", "a", "a")),
            "call");
    assertThat(inlined.targets()).containsExactly(new TensorName("call/unique", 2));
  }

  /** Of a function with two list arguments: {@code xs} of number N, {@code ys} of types TS. */
  private static FunctionDef ofLists() {
    FunctionDef.Builder function =
        FunctionDef.newBuilder()
            .addNodeDef(node("all", "AddN", "xs").toBuilder().putAttr("N", Protos.placeholder("N")))
            .addNodeDef(
                node("parts", "Split", "axis:output:0", "ys:1").toBuilder()
                    .putAttr("num_split", Protos.placeholder("N")))
            .addNodeDef(Protos.constant("axis", 0))
            .addNodeDef(node("last", "Sub", "parts:output:1", "all:sum:0"))
            .putRet("out", "last:z:0")
            .putRet("parts", "parts:output");
    function
        .getSignatureBuilder()
        .setName("f")
        .addInputArg(OpDef.ArgDef.newBuilder().setName("xs").setNumberAttr("N"))
        .addInputArg(OpDef.ArgDef.newBuilder().setName("ys").setTypeListAttr("TS"))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("parts").setNumberAttr("N"))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("out"));
    return function.build();
  }

  private static Computation inlineLists(int number, String target) {
    NodeDef call =
        node("call", "f", "a", "b", "c", "d").toBuilder()
            .putAttr("N", Protos.integer(number))
            .putAttr("TS", Protos.types(FLOAT, FLOAT))
            .build();
    return inline(
        List.of(ofLists()),
        List.of(
            node("a", "Placeholder"),
            node("b", "Placeholder"),
            node("c", "Placeholder"),
            node("d", "Placeholder"),
            call,
            node("y", "Mul", "call:1", "call:2")),
        target);
  }

  @Test
  void listsOfTensorsAreArgumentsAndResults() {
    Computation inlined = inlineLists(2, "y");
    assertThat(get(inlined, "call/all").getInputList()).containsExactly("a", "b");
    assertThat(get(inlined, "call/all").getAttrOrThrow("N").getI()).isEqualTo(2);
    assertThat(get(inlined, "call/parts").getInputList()).containsExactly("call/axis", "d");
    assertThat(get(inlined, "call/last").getInputList())
        .containsExactly("call/parts:1", "call/all");
    // The results are parts:0, parts:1 and out.
    assertThat(get(inlined, "y").getInputList()).containsExactly("call/parts:1", "call/last");
  }

  @Test
  void listsOfAnotherLengthAreRefused() {
    assertThatThrownBy(() -> inlineLists(3, "y"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("node 'call' calls a function of another number of arguments than 4");
  }

  @Test
  void attributesArePassedOnToFunctionsThatAreNamedInAttributes() {
    NameAttrList inner =
        NameAttrList.newBuilder().setName("inner").putAttr("T", Protos.placeholder("TT")).build();
    FunctionDef outer =
        function(
            "outer",
            "call:output:0",
            node("call", "PartitionedCall", "x", "y").toBuilder()
                .putAttr("f", AttrValue.newBuilder().setFunc(inner).build())
                .build());
    NodeDef typed =
        node("sum", "AddV2", "x", "y").toBuilder().putAttr("T", Protos.placeholder("T")).build();
    NameAttrList called =
        NameAttrList.newBuilder().setName("outer").putAttr("TT", type(DataType.DT_INT32)).build();
    Computation inlined =
        inline(
            List.of(outer, function("inner", "sum:z:0", typed)),
            List.of(
                node("a", "Placeholder"),
                node("top", "PartitionedCall", "a", "a").toBuilder()
                    .putAttr("f", AttrValue.newBuilder().setFunc(called).build())
                    .build()),
            "top");
    assertThat(get(inlined, "top/call/sum").getAttrOrThrow("T").getType())
        .isEqualTo(DataType.DT_INT32);
  }

  @Test
  void typesOfOutputsAreThoseOfTheirOperation() {
    NodeDef largest = node("m", "ArgMax", "x", "axis");
    assertThat(OPERATIONS.type(largest, 0)).isEqualTo(DataType.DT_INT64);
    assertThat(
            OPERATIONS.type(
                largest.toBuilder().putAttr("output_type", type(DataType.DT_INT32)).build(), 0))
        .isEqualTo(DataType.DT_INT32);
    assertThat(OPERATIONS.type(node("e", "Equal", "x", "y"), 0)).isEqualTo(DataType.DT_BOOL);
    assertThat(OPERATIONS.type(node("s", "Shape", "x"), 0)).isEqualTo(DataType.DT_INT32);
    NodeDef unique = node("u", "UniqueWithCounts", "x");
    assertThat(OPERATIONS.type(unique, 0)).isEqualTo(DataType.DT_FLOAT);
    assertThat(OPERATIONS.type(unique, 2)).isEqualTo(DataType.DT_INT32);
    NodeDef passed =
        node("i", "IdentityN", "x", "y").toBuilder()
            .putAttr("T", Protos.types(FLOAT, type(DataType.DT_BOOL)))
            .build();
    assertThat(OPERATIONS.type(passed, 1)).isEqualTo(DataType.DT_BOOL);
    assertThatThrownBy(() -> OPERATIONS.type(passed, 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("node 'i' has no output 2");
  }

  @Test
  void functionsThatCallThemselvesEnd() {
    refused(
        List.of(function("f", "again:output:0", call("again", "f", "x", "y"))),
        "function 'f' calls itself");
  }

  @Test
  void functionsThatCallTwiceEachEnd() {
    List<FunctionDef> doubling =
        IntStream.range(0, 50)
            .mapToObj(
                i ->
                    function(
                        i == 0 ? "f" : "f" + i,
                        "b:output:0",
                        call("a", "f" + (i + 1), "x", "y"),
                        call("b", "f" + (i + 1), "a:output:0", "y")))
            .toList();
    List<FunctionDef> all = new ArrayList<>(doubling);
    all.add(function("f50", "x"));
    refused(all, "more than 300,000 nodes");
  }

  @Test
  void listsThatDoubleAtEachCallEnd() {
    List<FunctionDef> doubling = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      FunctionDef.Builder function =
          FunctionDef.newBuilder()
              .addNodeDef(
                  node("call", "f" + (i + 1), "xs", "xs").toBuilder()
                      .putAttr("N", Protos.integer(2L << i)))
              .putRet("out", "call:out:0");
      function
          .getSignatureBuilder()
          .setName("f" + i)
          .addInputArg(OpDef.ArgDef.newBuilder().setName("xs").setNumberAttr("N"))
          .addOutputArg(OpDef.ArgDef.newBuilder().setName("out"));
      doubling.add(function.build());
    }
    NodeDef call = node("call", "f0", "a").toBuilder().putAttr("N", Protos.integer(1)).build();
    doubling.add(function("f40", "x"));
    assertThatThrownBy(() -> inline(doubling, List.of(node("a", "Placeholder"), call), "call"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its functions written out take more than 3,000,000 tensors");
  }

  @Test
  void whatIsNotThereIsNamed() {
    refused(List.of(function("g", "x")), "calls function 'f', which the file does not hold");
    refused(List.of(function("f", "nothing:z:0")), "the graph has no node 'nothing'");
    refused(
        List.of(function("f", "m:q:0", node("m", "Mul", "x", "y"))),
        "operation 'Mul' has no output 'q'");
    refused(
        List.of(function("f", "m:z:x", node("m", "Mul", "x", "y"))), "is no tensor of a function");
    refused(
        List.of(
            function("f", "m:z:0", node("m", "Mul", "n:z:0", "y"), node("n", "Mul", "m:z:0", "y"))),
        "is in a circle");
  }

  private static void refused(List<FunctionDef> functions, String message) {
    assertThatThrownBy(
            () ->
                inline(
                    functions,
                    List.of(node("a", "Placeholder"), call("call", "f", "a", "a")),
                    "call"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
