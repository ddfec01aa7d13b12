package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.Loss;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Whatever a file or graph is, it is imported, or is refused in one line. */
class HostileGraphTest {
  @TempDir private static Path folder;

  private static final AttrValue FLOAT = TestModel.type(DataType.DT_FLOAT);
  private static final AttrValue INT32 = TestModel.type(DataType.DT_INT32);

  @Test
  void graphsOfRandomOperations() {
    int imported = 0;
    for (long seed = 0; seed < 1000; seed++) {
      imported += imports(seed) ? 1 : 0;
    }
    assertThat(imported).isPositive();
  }

  static boolean imports(long seed) {
    int operations = 1 + (int) (seed % 3);
    FlatGraph graph = RandomGraph.of(seed, operations);
    List<TensorName> targets = List.of(new TensorName("y" + (operations - 1), 0));
    try (Graph imported = new Graph()) {
      ConstantFolding.fold(graph, targets).importInto(imported);
      return true;
    } catch (BadInputException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
      return false;
    }
  }

  @Test
  void constantsThatRepeatAnElementAreCountedTogether() {
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    for (int i = 0; i < 17; i++) {
      NodeDef ones =
          NodeDef.newBuilder()
              .setName("ones" + i)
              .setOp("Const")
              .putAttr("dtype", FLOAT)
              .putAttr(
                  "value",
                  AttrValue.newBuilder()
                      .setTensor(
                          TensorProto.newBuilder()
                              .setDtype(DataType.DT_FLOAT)
                              .setTensorShape(TestModel.shape(1 << 22).getShape())
                              .addFloatVal(1))
                      .build())
              .build();
      nodes.put(ones.getName(), ones);
    }
    try (Graph graph = new Graph()) {
      FlatGraph constants = new FlatGraph(nodes);
      assertThatThrownBy(() -> constants.importInto(graph))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("constants of 71,303,151 elements, of which the file holds a few");
    }
  }

  /** Both models' checkpoint is there. */
  @BeforeAll
  static void checkpoint() throws IOException {
    Files.createDirectory(folder.resolve("variables"));
    TensorBundle.write(
        folder.resolve("variables").resolve("variables"),
        Map.of("w", StoredTensor.of(new long[] {2, 2}, new float[4])));
  }

  /** Models with an output y, and what their files become. */
  static Stream<byte[]> files() {
    TestModel layers =
        new TestModel()
            .input("x", -1, 2)
            .variable(
                "w", "kernel", DataType.DT_FLOAT, StoredTensor.of(new long[] {2, 2}, new float[4]))
            .read("w", DataType.DT_FLOAT)
            .add("MatMul", "product", "x", "w/read")
            .add("Shape", "shape", List.of("product"), Map.of("T", FLOAT, "out_type", INT32))
            .add(
                "Reshape", "flat", List.of("product", "shape"), Map.of("T", FLOAT, "Tshape", INT32))
            .add("Softmax", "y", "flat");
    TestModel table =
        new TestModel()
            .input("x", -1, 2)
            .integers("rows", 1, 0)
            .add(
                "ResourceGather",
                "gathered",
                List.of("w", "rows"),
                Map.of("dtype", FLOAT, "Tindices", INT32))
            .variable("w", DataType.DT_FLOAT, StoredTensor.of(new long[] {2, 2}, new float[4]))
            .add("AddV2", "y", "x", "gathered");
    table.meta.getSaverDefBuilder().setRestoreOpName("y");
    return Stream.of(layers, table).map(TestModel::bytes);
  }

  /** A file is a model whose output is imported, or is refused in one line. */
  @MethodSource("files")
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) throws IOException {
    Files.write(folder.resolve("saved_model.pb"), content);
    try {
      SavedModels model = SavedModels.open(folder);
      model.contents();
      model
          .loss(
              new Spec(
                  "y",
                  List.of(new Input("x", "x", List.of(2L))),
                  Loss.SOFTMAX_CROSS_ENTROPY,
                  /* targets= */ true))
          .lossGraph(2, Precision.FLOAT32);
    } catch (BadInputException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
    }
  }

  @Test
  void filesWithOtherBytes() throws IOException {
    Random random = new Random(1);
    for (byte[] whole : files().toList()) {
      for (int i = 0; i < 400; i++) {
        byte[] changed = whole.clone();
        for (int j = 0; j <= random.nextInt(3); j++) {
          int at = random.nextInt(changed.length);
          changed[at] =
              (byte)
                  (random.nextBoolean() ? random.nextInt() : changed[at] ^ 1 << random.nextInt(8));
        }
        file(changed);
      }
    }
  }
}
