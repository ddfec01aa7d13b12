package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.TestModel.number;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class ConstantFoldingTest {
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  private static final AttrValue INT32 = type(DataType.DT_INT32);
  private static final AttrValue INT64 = type(DataType.DT_INT64);

  private static FlatGraph flat(TestModel model) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    model.graph().getNodeList().forEach(node -> nodes.put(node.getName(), node));
    return new FlatGraph(nodes);
  }

  private static FlatGraph fold(TestModel model) {
    return ConstantFolding.fold(flat(model), List.of(new TensorName("y", 0)));
  }

  private static float[][] run(FlatGraph flat, float[][] x) {
    try (Graph graph = new Graph()) {
      flat.importInto(graph);
      try (Session session = new Session(graph);
          TFloat32 fed = TFloat32.tensorOf(StdArrays.ndCopyOf(x));
          Tensor y = session.runner().feed("x", fed).fetch("y").run().get(0)) {
        return StdArrays.array2dCopyOf((TFloat32) y);
      }
    }
  }

  private static TestModel halves() {
    Map<String, AttrValue> slice =
        Map.of("T", INT32, "Index", INT32, "shrink_axis_mask", number(1));
    return new TestModel()
        .input("x", 2, 6)
        .add("Shape", "shape", List.of("x"), Map.of("T", FLOAT, "out_type", INT32))
        .integers("0", 0)
        .integers("1", 1)
        .integers("2", 2)
        .add("StridedSlice", "rows", List.of("shape", "0", "1", "1"), slice)
        .add("StridedSlice", "columns", List.of("shape", "1", "2", "1"), slice)
        .integer("two", 2)
        .add("Mul", "more", List.of("rows", "two"), Map.of("T", INT32))
        .add("FloorDiv", "fewer", List.of("columns", "two"), Map.of("T", INT32))
        .add("Pack", "sizes", List.of("more", "fewer"), Map.of("T", INT32, "N", number(2)))
        .add("Reshape", "y", List.of("x", "sizes"), Map.of("T", FLOAT, "Tshape", INT32));
  }

  @Test
  void aShapeIsComputedAheadAndChangesNothing() {
    FlatGraph folded = fold(halves());
    assertThat(folded.nodes()).containsOnlyKeys("x", "sizes.folded0", "y");
    float[][] x = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}};
    assertThat(run(folded, x)).isDeepEqualTo(run(flat(halves()), x)).hasDimensions(4, 3);
  }

  @Test
  void indicesThatAMaskSelectsAreComputedAhead() {
    TestModel model =
        new TestModel()
            .input("x", 4, 1)
            .constant(
                "mask",
                DataType.DT_BOOL,
                StoredTensor.of(new long[] {4}, new int[] {0, 1, 0, 1}).as(dev.hesse.io.DType.BOOL))
            .add("Where", "where", List.of("mask"), Map.of("T", type(DataType.DT_BOOL)))
            .add(
                "GatherNd",
                "y",
                List.of("x", "where"),
                Map.of("Tparams", FLOAT, "Tindices", INT64));
    FlatGraph folded = fold(model);
    assertThat(folded.nodes()).containsOnlyKeys("x", "where.folded0", "y");
    assertThat(run(folded, new float[][] {{1}, {2}, {3}, {4}}))
        .isDeepEqualTo(new float[][] {{2}, {4}});
  }

  @Test
  void anotherNodesNameIsNotTaken() {
    TestModel model = halves().input("sizes.folded0").add("AddV2", "z", "y", "sizes.folded0");
    FlatGraph folded = ConstantFolding.fold(flat(model), List.of(new TensorName("z", 0)));
    assertThat(folded.node(new TensorName("sizes.folded0", 0)).getOp()).isEqualTo("Placeholder");
    assertThat(folded.node(new TensorName("sizes.folded0_", 0)).getOp()).isEqualTo("Const");
  }

  /** Integers n × n, too many to be arguments. */
  private static TestModel ones(int n) {
    return new TestModel()
        .input("x", n, n)
        .integers("sizes", n, n)
        .integer("one", 1)
        .add("Fill", "ones", List.of("sizes", "one"), Map.of("T", INT32, "index_type", INT32));
  }

  @Test
  void aLargeMaskIsLeftToTheGraph() {
    TestModel model =
        ones(300)
            .add("Cast", "mask", List.of("ones"), Map.of("SrcT", INT32, "DstT", FLOAT))
            .add("Mul", "y", "x", "mask");
    assertThat(fold(model).nodes()).containsOnlyKeys("x", "sizes", "one", "ones", "mask", "y");
  }

  static Stream<Arguments> bombs() {
    TestModel doubling = new TestModel().input("x", 1).integer("axis", 0).integers("d0", 1);
    for (int i = 0; i < 40; i++) {
      doubling.add(
          "ConcatV2",
          "d" + (i + 1),
          List.of("d" + i, "d" + i, "axis"),
          Map.of("T", INT32, "Tidx", INT32, "N", number(2)));
    }
    TestModel many = new TestModel().input("x", 1).integer("one", 1).integers("sizes", 1 << 23);
    for (int i = 0; i < 20; i++) {
      many.add("Fill", "f" + i, List.of("sizes", "one"), Map.of("T", INT32, "index_type", INT32));
    }
    many.add(
        "AddN",
        "sum",
        Stream.iterate(0, i -> i < 20, i -> i + 1).map(i -> "f" + i).toList(),
        Map.of("T", INT32, "N", number(20)));
    TestModel small = new TestModel().input("x", 1).integer("one", 1).integers("many", 1 << 30);
    return Stream.of(
        Arguments.of(doubling, "d40"),
        Arguments.of(many, "sum"),
        Arguments.of(
            small
                .integer("zero", 0)
                .integer("end", Integer.MAX_VALUE)
                .add("Range", "range", List.of("zero", "end", "one"), Map.of("Tidx", INT32)),
            "range"),
        Arguments.of(
            new TestModel()
                .input("x", 1)
                .integers("one", 1)
                .integers("many", 1 << 30)
                .add(
                    "Tile",
                    "tile",
                    List.of("one", "many"),
                    Map.of("T", INT32, "Tmultiples", INT32)),
            "tile"),
        Arguments.of(
            new TestModel()
                .input("x", 1)
                .integer("one", 1)
                .integers("many", 1 << 30, 1 << 30)
                .add(
                    "BroadcastTo",
                    "broadcast",
                    List.of("one", "many"),
                    Map.of("T", INT32, "Tidx", INT32)),
            "broadcast"),
        Arguments.of(
            new TestModel()
                .input("x", 1)
                .integers("one", 1)
                .constant(
                    "paddings",
                    DataType.DT_INT32,
                    StoredTensor.of(new long[] {1, 2}, new int[] {0, 1 << 30}))
                .add(
                    "Pad",
                    "pad",
                    List.of("one", "paddings"),
                    Map.of("T", INT32, "Tpaddings", INT32)),
            "pad"),
        Arguments.of(
            new TestModel()
                .input("x", 1)
                .integers("indices", new int[1 << 12])
                .integer("depth", 1 << 30)
                .integer("on", 1)
                .integer("off", 0)
                .add(
                    "OneHot",
                    "hot",
                    List.of("indices", "depth", "on", "off"),
                    Map.of("T", INT32, "TI", INT32, "axis", number(-1))),
            "hot"),
        Arguments.of(
            new TestModel()
                .input("x", 1 << 13, 1 << 13)
                .add("Shape", "shape", List.of("x"), Map.of("T", FLOAT, "out_type", INT32))
                .integer("one", 1)
                .add("Fill", "b", List.of("shape", "one"), Map.of("T", INT32, "index_type", INT32)),
            "b"),
        Arguments.of(
            new TestModel()
                .input("x", 1)
                .integers("sizes", 1 << 13, 1)
                .integers("turned", 1, 1 << 13)
                .integer("one", 1)
                .add("Fill", "c", List.of("sizes", "one"), Map.of("T", INT32, "index_type", INT32))
                .add("Fill", "r", List.of("turned", "one"), Map.of("T", INT32, "index_type", INT32))
                .add("Mul", "outer", List.of("c", "r"), Map.of("T", INT32)),
            "outer"));
  }

  /** In each place TensorFlow itself would run the constants while it imports the graph. */
  @ParameterizedTest
  @MethodSource("bombs")
  void whatAFewBytesBlowUpIsNotRun(TestModel model, String bomb) {
    model.add("Reshape", "y", List.of("x", bomb), Map.of("T", FLOAT, "Tshape", INT32));
    assertThatThrownBy(() -> fold(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching("\\w+ node '\\w+' makes [\\d,]{10,} elements\\. .*")
        .hasMessageNotContaining("\n");
  }

  @Test
  void whatCannotBeComputedIsOneLineThatNamesTheNode() {
    TestModel model =
        new TestModel()
            .input("x", 1)
            .integers("one", 1)
            .integers("zero", 0)
            .add("FloorDiv", "quotient", List.of("one", "zero"), Map.of("T", INT32))
            .add("Reshape", "y", List.of("x", "quotient"), Map.of("T", FLOAT, "Tshape", INT32));
    assertThatThrownBy(() -> fold(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("TensorFlow refuses FloorDiv node 'quotient': ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void outputsThatAreNotThereAreDamage() {
    TestModel model = new TestModel().input("x", 1).add("Neg", "y", "x:1");
    assertThatThrownBy(() -> fold(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("node 'x' has no output 1");
  }

  @Test
  void whatDependsOnOtherOperationsStays() {
    TestModel model =
        new TestModel()
            .input("x", 1)
            .add("SomebodysOwn", "own", "x")
            .add("Shape", "shape", List.of("own"), Map.of("T", FLOAT, "out_type", INT32))
            .add("Reshape", "y", List.of("x", "shape"), Map.of("T", FLOAT, "Tshape", INT32));
    assertThat(fold(model)).isEqualTo(flat(model));
  }

  /** TensorFlow's own inference of shapes ends the process there. */
  @Test
  void sizesOfASplitAreAList() {
    TestModel model =
        new TestModel()
            .input("x", 2, 3)
            .integer("sizes", 3)
            .integer("axis", 1)
            .add(
                "SplitV",
                "y",
                List.of("x", "sizes", "axis"),
                Map.of("T", FLOAT, "Tlen", INT32, "num_split", number(1)));
    assertThatThrownBy(() -> fold(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("SplitV node 'y' has sizes that are no list");
  }
}
