package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.Protos.BOOL;
import static dev.hesse.models.savedmodel.Protos.FLOAT;
import static dev.hesse.models.savedmodel.Protos.INT;
import static dev.hesse.models.savedmodel.Protos.constant;
import static dev.hesse.models.savedmodel.Protos.constants;
import static dev.hesse.models.savedmodel.Protos.function;
import static dev.hesse.models.savedmodel.Protos.functions;
import static dev.hesse.models.savedmodel.Protos.graph;
import static dev.hesse.models.savedmodel.Protos.integer;
import static dev.hesse.models.savedmodel.Protos.node;
import static dev.hesse.models.savedmodel.Protos.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/** Graphs of x, three rows of two numbers, against TensorFlow's own run of the same. */
class ControlFlowTest {
  private static final OperationOutputs OPERATIONS = new OperationOutputs();
  private static final float[][] X = {{1, -2}, {0.5f, 3}, {-1, 4}};
  private static final NodeDef INPUT = node("x", "Placeholder", Map.of("dtype", FLOAT));
  private static final Map<String, AttrValue> OF_INT = Map.of("T", INT);
  private static final Map<String, AttrValue> OF_FLOAT = Map.of("T", FLOAT);
  private static final AttrValue VARIANT = Protos.type(DataType.DT_VARIANT);

  /** i &lt; n. */
  private static final FunctionDef BELOW =
      function(
          "below",
          "i=int32 n=int32 y=float",
          "less:z:0=bool",
          node("less", "Less", OF_INT, "i", "n"));

  /** y ← 2y. */
  private static final FunctionDef DOUBLE =
      function(
          "double",
          "i=int32 n=int32 y=float",
          "next:z:0=int32 n=int32 sum:z:0=float",
          constant("one", 1),
          node("next", "AddV2", OF_INT, "i", "one:output:0"),
          node("sum", "AddV2", OF_FLOAT, "y", "y"));

  private static final AttrValue LOOP_TYPES = types(INT, INT, FLOAT);

  private static NodeDef loop(String name, String condition, String body, String... inputs) {
    return node(
        name,
        "While",
        Map.of(
            "T", LOOP_TYPES,
            "cond", Protos.function(condition),
            "body", Protos.function(body)),
        inputs);
  }

  private static FlatGraph expanded(GraphDef graph, String target) {
    FunctionInliner functions =
        new FunctionInliner(LoopFrames.rewrite(graph), OPERATIONS, /* controls= */ false);
    FedTensor fed = new FedTensor(TensorName.of("x"), DataType.DT_FLOAT, List.of(3L, 2L));
    Computation inlined = functions.inline(List.of(TensorName.of(target)));
    FlatGraph cut = Cut.at(List.of(fed), List.of(fed.tensor()), inlined.graph(), inlined.targets());
    Computation expanded =
        ControlFlow.expand(new Computation(cut, inlined.targets()), functions, OPERATIONS);
    NodeDef result = node("result", "Identity", OF_FLOAT, expanded.targets().get(0).toString());
    Map<String, NodeDef> nodes = new LinkedHashMap<>(expanded.graph().nodes());
    nodes.put("result", result);
    return new FlatGraph(nodes);
  }

  /** The shape of a graph's output, and its elements. */
  private static List<Object> run(GraphDef definition, String input, String output) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          TFloat32 x = TFloat32.tensorOf(StdArrays.ndCopyOf(X));
          Result result = session.runner().feed(input, x).fetch(output).run()) {
        TFloat32 values = (TFloat32) result.get(0);
        List<Object> found = new ArrayList<>(List.of(values.shape()));
        values.scalars().forEach(value -> found.add(value.getFloat()));
        return found;
      }
    }
  }

  /** Both graphs run the same operations on the same numbers. */
  private static void assertSame(GraphDef graph, String target) {
    FlatGraph flat = expanded(graph, target);
    assertThat(flat.nodes().values()).noneMatch(ControlFlow::isControl);
    GraphDef written = graph(List.of(), flat.nodes().values().toArray(NodeDef[]::new));
    assertThat(run(written, "x.fed", "result"))
        .hasSizeGreaterThan(1)
        .isEqualTo(run(graph, "x", target));
  }

  private static void assertRefused(GraphDef graph, String target, String message) {
    assertThatThrownBy(() -> expanded(graph, target))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aLoopInABranchInALoop() {
    FunctionDef twice =
        function(
            "twice",
            "n=int32 y=float",
            "loop:output:2=float",
            constant("zero", 0),
            loop("loop", "below", "double", "zero:output:0", "n", "y"));
    FunctionDef negative =
        function("negative", "n=int32 y=float", "neg:y:0=float", node("neg", "Neg", OF_FLOAT, "y"));
    FunctionDef outer =
        function(
            "outer",
            "i=int32 n=int32 y=float",
            "next:z:0=int32 n=int32 branch:output:0=float",
            constant("one", 1),
            constant("two", 2),
            constant("zero", 0),
            node("next", "AddV2", OF_INT, "i", "one:output:0"),
            node("odd", "FloorMod", OF_INT, "i", "two:output:0"),
            node("even", "Equal", OF_INT, "odd:z:0", "zero:output:0"),
            node(
                "branch",
                "If",
                Map.of(
                    "Tcond", BOOL,
                    "Tin", types(INT, FLOAT),
                    "Tout", types(FLOAT),
                    "then_branch", Protos.function("negative"),
                    "else_branch", Protos.function("twice")),
                "even:z:0",
                "i",
                "y"));
    GraphDef graph =
        graph(
            List.of(BELOW, DOUBLE, twice, negative, outer),
            INPUT,
            constant("zero", 0),
            constant("five", 5),
            loop("while", "below", "outer", "zero", "five", "x"),
            node("y", "Identity", OF_FLOAT, "while:2"));
    assertSame(graph, "y");
  }

  @Test
  void aLoopAsLongAsTheBatchWhoseCounterIsOneOfItsResults() {
    GraphDef graph =
        graph(
            List.of(BELOW, DOUBLE),
            INPUT,
            constant("zero", 0),
            node("size", "Size", OF_FLOAT, "x"),
            loop("while", "below", "double", "zero", "size", "x"),
            node("counted", "Cast", Map.of("SrcT", INT, "DstT", FLOAT), "while"),
            node("y", "Sub", OF_FLOAT, "while:2", "counted"));
    assertSame(graph, "y");
  }

  @Test
  void aLoopWithoutAStep() {
    GraphDef graph =
        graph(
            List.of(BELOW, DOUBLE),
            INPUT,
            constant("zero", 0),
            loop("while", "below", "double", "zero", "zero", "x"),
            node("y", "Neg", OF_FLOAT, "while:2"));
    assertSame(graph, "y");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, -1})
  void aCaseTakesItsLastBranchForANumberOfNone(int number) {
    FunctionDef negative =
        function("negative", "y=float", "neg:y:0=float", node("neg", "Neg", OF_FLOAT, "y"));
    FunctionDef square =
        function("square", "y=float", "mul:z:0=float", node("mul", "Mul", OF_FLOAT, "y", "y"));
    GraphDef graph =
        graph(
            List.of(negative, square),
            INPUT,
            constant("number", number),
            node(
                "y",
                "StatelessCase",
                Map.of(
                    "Tin", types(FLOAT),
                    "Tout", types(FLOAT),
                    "branches", functions("negative", "square")),
                "number",
                "x"));
    assertSame(graph, "y");
  }

  private static NodeDef list(String name, String op, String... inputs) {
    return node(name, op, Map.of("element_dtype", FLOAT, "shape_type", INT), inputs);
  }

  @Test
  void listsBecomeTheirElements() {
    GraphDef graph =
        graph(
            List.of(),
            INPUT,
            constants("row", 2),
            constant("zero", 0),
            constant("one", 1),
            constant("two", 2),
            constant("four", 4),
            constants("places", 2, 0),
            constants("all", 3, 0, 1),
            list("rows", "TensorListFromTensor", "x", "row"),
            node(
                "first",
                "TensorListGetItem",
                Map.of("element_dtype", FLOAT),
                "rows",
                "zero",
                "row"),
            node(
                "set", "TensorListSetItem", Map.of("element_dtype", FLOAT), "rows", "two", "first"),
            node("passed", "Identity", Map.of("T", VARIANT), "set"),
            node("more", "TensorListPushBack", Map.of("element_dtype", FLOAT), "passed", "first"),
            node("longer", "TensorListResize", Map.of(), "more", "four"),
            node("shorter", "TensorListResize", Map.of(), "longer", "two"),
            node("again", "TensorListResize", Map.of(), "shorter", "four"),
            node("popped", "TensorListPopBack", Map.of("element_dtype", FLOAT), "more", "row"),
            node("length", "TensorListLength", Map.of(), "popped"),
            list("scattered", "TensorListScatterV2", "x", "all", "row", "four"),
            node(
                "over",
                "TensorListScatterIntoExistingList",
                Map.of("element_dtype", FLOAT),
                "scattered",
                "x",
                "all"),
            list("unset", "TensorListReserve", "row", "two"),
            node(
                "zeros",
                "TensorListGetItem",
                Map.of("element_dtype", FLOAT),
                "unset",
                "one",
                "row"),
            node("s1", "TensorListStack", Map.of("element_dtype", FLOAT), "passed", "row"),
            // Set before the list was made shorter: zeros once it is longer again.
            node("s2", "TensorListStack", Map.of("element_dtype", FLOAT), "again", "row"),
            node("s3", "TensorListGather", Map.of("element_dtype", FLOAT), "more", "places", "row"),
            node("s4", "TensorListStack", Map.of("element_dtype", FLOAT), "over", "row"),
            node("size", "Cast", Map.of("SrcT", INT, "DstT", FLOAT), "length"),
            node("scaled", "Mul", OF_FLOAT, "popped:1", "size"),
            node("joined", "Pack", Map.of("T", FLOAT, "N", integer(2)), "scaled", "zeros"),
            node(
                "y",
                "ConcatV2",
                Map.of("T", FLOAT, "N", integer(5), "Tidx", INT),
                "s1",
                "s2",
                "s3",
                "s4",
                "joined",
                "zero"));
    assertSame(graph, "y");
  }

  @Test
  void aBranchByTheDataIsNamed() {
    FunctionDef same = function("same", "y=float", "y=float");
    GraphDef graph =
        graph(
            List.of(same),
            INPUT,
            constants("axes", 0, 1),
            constant("zero", 0f),
            node("sum", "Sum", Map.of("T", FLOAT, "Tidx", INT), "x", "axes"),
            node("positive", "Less", OF_FLOAT, "zero", "sum"),
            node(
                "decided",
                "StatelessIf",
                Map.of(
                    "Tcond", BOOL,
                    "Tin", types(FLOAT),
                    "Tout", types(FLOAT),
                    "then_branch", Protos.function("same"),
                    "else_branch", Protos.function("same")),
                "positive",
                "x"));
    assertRefused(graph, "decided", "StatelessIf node 'decided' decides by the data while it runs");
  }

  @Test
  void aSwitchByTheDataIsNamed() {
    GraphDef graph =
        graph(
            List.of(),
            INPUT,
            constants("axes", 0, 1),
            constant("zero", 0f),
            node("sum", "Sum", Map.of("T", FLOAT, "Tidx", INT), "x", "axes"),
            node("positive", "Less", OF_FLOAT, "zero", "sum"),
            node("switch", "Switch", OF_FLOAT, "x", "positive"),
            node("neg", "Neg", OF_FLOAT, "switch:1"),
            node("y", "Merge", Map.of("T", FLOAT, "N", integer(2)), "switch", "neg"));
    assertRefused(graph, "y", "Switch node 'switch' decides by the data while it runs");
  }

  @Test
  void aLoopByTheDataIsNamed() {
    FunctionDef small =
        function(
            "small",
            "i=int32 n=int32 y=float",
            "less:z:0=bool",
            constant("limit", 100f),
            constants("axes", 0, 1),
            node("sum", "Sum", Map.of("T", FLOAT, "Tidx", INT), "y", "axes:output:0"),
            node("less", "Less", OF_FLOAT, "sum:output:0", "limit:output:0"));
    GraphDef graph =
        graph(
            List.of(small, DOUBLE),
            INPUT,
            constant("zero", 0),
            loop("while", "small", "double", "zero", "zero", "x"),
            node("y", "Neg", OF_FLOAT, "while:2"));
    assertRefused(graph, "y", "While node 'while' ends by the data while it runs");
  }

  @Test
  void loopsThatDoNotEnd() {
    FunctionDef stays =
        function(
            "stays",
            "i=int32 n=int32 y=float",
            "i=int32 n=int32 sum:z:0=float",
            node("sum", "AddV2", OF_FLOAT, "y", "y"));
    for (String body : List.of("stays", "double")) {
      GraphDef graph =
          graph(
              List.of(BELOW, DOUBLE, stays),
              INPUT,
              constant("zero", 0),
              constant("large", Integer.MAX_VALUE),
              loop("while", "below", body, "zero", "large", "x"),
              node("y", "Neg", OF_FLOAT, "while:2"));
      assertRefused(graph, "y", "loop 'while' takes more than 10,000 steps");
    }
  }

  @Test
  void aLoopThatDoesNotEndWhoseCounterBranches() {
    FunctionDef zero = function("zero", "i=int32", "none:output:0=int32", constant("none", 0));
    FunctionDef body =
        function(
            "body",
            "i=int32 n=int32 y=float",
            "next:output:0=int32 n=int32 y=float",
            node("less", "Less", OF_INT, "i", "n"),
            node(
                "next",
                "If",
                Map.of(
                    "Tcond", BOOL,
                    "Tin", types(INT),
                    "Tout", types(INT),
                    "then_branch", Protos.function("zero"),
                    "else_branch", Protos.function("zero")),
                "less:z:0",
                "i"));
    GraphDef graph =
        graph(
            List.of(BELOW, zero, body),
            INPUT,
            constant("zero", 0),
            constant("large", 3),
            loop("while", "below", "body", "zero", "large", "x"),
            node("y", "Neg", OF_FLOAT, "while:2"));
    assertRefused(graph, "y", "branches and loops depend on each other too deeply");
  }

  @Test
  void listsOfMoreElementsThanTheFileWarrants() {
    List<NodeDef> nodes = new ArrayList<>();
    nodes.add(INPUT);
    nodes.add(constants("row", 2));
    nodes.add(constant("many", 60_000));
    nodes.add(list("unset", "TensorListReserve", "row", "many"));
    String sum = "x";
    for (int i = 0; i < 20; i++) {
      nodes.add(node("s" + i, "TensorListStack", Map.of("element_dtype", FLOAT), "unset", "row"));
      nodes.add(node("n" + i, "Add", OF_FLOAT, sum, "s" + i));
      sum = "n" + i;
    }
    assertRefused(
        graph(List.of(), nodes.toArray(NodeDef[]::new)),
        sum,
        "its lists of tensors have more than 1,048,576 elements");
  }

  @Test
  void whatIsDamagedIsOneLine() {
    assertRefused(
        graph(List.of(), INPUT, node("y", "Switch", OF_FLOAT, "x")),
        "y",
        "Switch node 'y' has 1 inputs, not 2");
    assertRefused(
        graph(
            List.of(BELOW),
            INPUT,
            constant("zero", 0),
            loop("while", "below", "below", "zero", "zero", "x"),
            node("y", "Neg", OF_FLOAT, "while:2")),
        "y",
        "loop 'while' has a condition or a body of other results than it needs");
    assertRefused(
        graph(List.of(), INPUT, node("y", "Enter", OF_FLOAT)), "y", "Enter node 'y' has 0 inputs");
    assertRefused(
        graph(
            List.of(),
            INPUT,
            constant("zero", 0),
            loop("y", "nothing", "nothing", "zero", "zero", "x")),
        "y:2",
        "calls function 'nothing', which the file does not hold");
  }

  @Test
  void aFunctionThatCallsItselfInABranch() {
    FunctionDef again =
        function(
            "again",
            "y=float",
            "branch:output:0=float",
            constant("yes", 1),
            node(
                "branch",
                "If",
                Map.of(
                    "Tcond", INT,
                    "Tin", types(FLOAT),
                    "Tout", types(FLOAT),
                    "then_branch", Protos.function("again"),
                    "else_branch", Protos.function("again")),
                "yes:output:0",
                "y"));
    GraphDef graph =
        graph(
            List.of(again),
            INPUT,
            node(
                "y",
                "PartitionedCall",
                Map.of("Tin", types(FLOAT), "Tout", types(FLOAT), "f", Protos.function("again")),
                "x"));
    assertRefused(graph, "y", "function 'again' calls itself");
  }
}
