package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.SmallLosses.BATCH;
import static dev.hesse.models.savedmodel.SmallLosses.CLASSES;
import static dev.hesse.models.savedmodel.SmallLosses.FLOAT;
import static dev.hesse.models.savedmodel.SmallLosses.INT32;
import static dev.hesse.models.savedmodel.SmallLosses.X;
import static dev.hesse.models.savedmodel.SmallLosses.crossEntropy;
import static dev.hesse.models.savedmodel.SmallLosses.ending;
import static dev.hesse.models.savedmodel.SmallLosses.linear;
import static dev.hesse.models.savedmodel.SmallLosses.served;
import static dev.hesse.models.savedmodel.SmallLosses.softmaxCrossEntropy;
import static dev.hesse.models.savedmodel.SmallLosses.spec;
import static dev.hesse.models.savedmodel.SmallLosses.weights;
import static dev.hesse.models.savedmodel.TestModel.number;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.VariableDef;

/** What small models are trained by, and where their checkpoints keep it. */
class SavedModelVariablesTest {
  @TempDir private Path folder;

  private double loss(TestModel model, Spec spec) throws IOException {
    return SmallLosses.loss(model.open(folder).loss(spec));
  }

  @Test
  void twoHandlesOfOneSharedNameAreOneVariable() throws IOException {
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", "kernel", DataType.DT_FLOAT, weights(2, CLASSES))
            .read("w", DataType.DT_FLOAT)
            .add(
                "VarHandleOp",
                "again",
                List.of(),
                Map.of(
                    "dtype",
                    FLOAT,
                    "shape",
                    TestModel.shape(2, CLASSES),
                    "shared_name",
                    TestModel.text("kernel")))
            .read("again", DataType.DT_FLOAT)
            .add("MatMul", "one", "x", "w/read")
            .add("MatMul", "other", "x", "again/read")
            .add("AddV2", "y", "one", "other");
    SavedModelLoss loss = model.open(folder).loss(spec(false));
    assertThat(loss.parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("w");
    TestModel twice =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", DataType.DT_FLOAT, weights(2, CLASSES))
            .add("MatMul", "one", "x", "w/read")
            .add("AddV2", "y", "one", "one");
    assertThat(SmallLosses.loss(loss)).isCloseTo(loss(twice, spec(false)), within(1e-12));
  }

  private static Spec chosen(String parameters, String exclude) {
    return new Spec(
        "y",
        List.of(new Input("x:0", "x", List.of(2L))),
        Map.of(),
        Optional.of(Loss.SOFTMAX_CROSS_ENTROPY),
        false,
        false,
        Optional.ofNullable(parameters).map(Pattern::compile),
        Optional.ofNullable(exclude).map(Pattern::compile));
  }

  @Test
  void parametersAreChosenByTheirNames() throws IOException {
    SavedModels model = ending("logits").open(folder);
    assertThat(model.loss(chosen("^w", null)).parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("w");
    SavedModelLoss without = model.loss(chosen(null, "w"));
    assertThat(without.parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("b");
    assertThat(without.parameterRule()).endsWith(", without those that match 'w'");
    assertThatThrownBy(() -> model.loss(chosen("w", "w")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Choose with --parameters REGEX among 'b', 'w'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT16", "BFLOAT16", "FLOAT64"})
  void variablesOfOtherFloatingTypes(DType stored) throws IOException {
    DataType type =
        switch (stored) {
          case FLOAT16 -> DataType.DT_HALF;
          case BFLOAT16 -> DataType.DT_BFLOAT16;
          default -> DataType.DT_DOUBLE;
        };
    StoredTensor rounded = weights(2, CLASSES).as(stored);
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", type, rounded)
            .add("Cast", "cast", List.of("x"), Map.of("SrcT", FLOAT, "DstT", type(type)))
            .add("MatMul", "y", List.of("cast", "w/read"), Map.of("T", type(type)));
    TestModel wide =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", DataType.DT_FLOAT, rounded.as(DType.FLOAT32))
            .add("MatMul", "logits", "x", "w/read")
            .add("Softmax", "y", "logits");
    double expected = crossEntropy(served(wide, "y"));
    // The weights keep their values and everything else is computed in double precision.
    assertThat(loss(model, spec(false))).isCloseTo(expected, within(1e-5));
  }

  @Test
  void integerVariablesAreConstants() throws IOException {
    TestModel model =
        linear()
            .variable("count", DataType.DT_INT32, StoredTensor.of(new long[0], new int[] {3}))
            .add("Cast", "scale", List.of("count/read"), Map.of("SrcT", INT32, "DstT", FLOAT))
            .add("Mul", "y", "logits", "scale");
    SavedModelLoss loss = model.open(folder).loss(spec(false));
    assertThat(loss.weights()).containsOnlyKeys("w", "b");
    float[][] unscaled = served(linear(), "logits");
    double[][] logits = new double[BATCH][CLASSES];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        logits[i][j] = 3 * unscaled[i][j];
      }
    }
    assertThat(SmallLosses.loss(loss)).isCloseTo(softmaxCrossEntropy(logits), within(1e-5));
  }

  @Test
  void aVariableWhoseShapeAloneIsReadIsNone() throws IOException {
    TestModel model =
        linear()
            .variable("v", "v", DataType.DT_DOUBLE, weights(5, 6, 7).as(DType.FLOAT64))
            .add("VariableShape", "shape", List.of("v"), Map.of("out_type", INT32))
            .add("Cast", "scale", List.of("shape"), Map.of("SrcT", INT32, "DstT", FLOAT))
            .add("Mul", "y", "logits", "scale");
    SavedModels opened = model.open(folder);
    SavedModelLoss loss = opened.loss(spec(false));
    assertThat(loss.weights()).containsOnlyKeys("w", "b");
    assertThat(loss.precision()).isEqualTo(Precision.FLOAT32);
    float[][] unscaled = served(linear(), "logits");
    double[][] logits = new double[BATCH][CLASSES];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        logits[i][j] = (5 + j) * unscaled[i][j];
      }
    }
    assertThat(SmallLosses.loss(loss)).isCloseTo(softmaxCrossEntropy(logits), within(1e-5));
    assertThatThrownBy(() -> opened.loss(chosen("v", null)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Choose with --parameters REGEX among 'b', 'w'");
  }

  @Test
  void rowsOfAnEmbeddingAndADefault() throws IOException {
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .variable("table", "table", DataType.DT_FLOAT, weights(5, CLASSES))
            .integers("rows", 4, 0, 0, 2)
            .add(
                "PlaceholderWithDefault",
                "fed",
                List.of("rows"),
                Map.of("dtype", INT32, "shape", TestModel.shape(4)))
            .add(
                "ResourceGather",
                "gathered",
                List.of("table", "fed"),
                Map.of("dtype", FLOAT, "Tindices", INT32, "batch_dims", number(0)))
            .variable("w", DataType.DT_FLOAT, weights(2, CLASSES))
            .add("MatMul", "product", "x", "w/read")
            .add("AddV2", "y", "product", "gathered");
    StoredTensor table = weights(5, CLASSES);
    int[] rows = {4, 0, 0, 2};
    StoredTensor w = weights(2, CLASSES);
    double[][] logits = new double[BATCH][CLASSES];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        logits[i][j] = table.toDouble(rows[i] * CLASSES + j);
        for (int k = 0; k < 2; k++) {
          logits[i][j] += (double) X[i][k] * w.toDouble(k * CLASSES + j);
        }
      }
    }
    // Double precision on both sides.
    assertThat(loss(model, spec(false))).isCloseTo(softmaxCrossEntropy(logits), within(1e-12));
  }

  @Test
  void aVariableThatIsNotAsItIsDeclaredIsDamage() throws IOException {
    TestModel model =
        linear()
            .add(
                "VarHandleOp",
                "v",
                List.of(),
                Map.of(
                    "dtype",
                    FLOAT,
                    "shape",
                    TestModel.shape(2),
                    "shared_name",
                    TestModel.text("v")))
            .read("v", DataType.DT_FLOAT)
            .add("Mul", "y", "logits", "v/read");
    model.variables().put("v", weights(3));
    assertDamaged(model, "variable 'v': it has the shape [2], and [3] in the checkpoint");
    model.variables().put("v", weights(2).as(DType.FLOAT64));
    assertDamaged(model, "variable 'v': it holds float32, and the checkpoint float64");
  }

  private void assertDamaged(TestModel model, String message) throws IOException {
    SavedModels opened = model.open(folder);
    assertThatThrownBy(() -> opened.loss(spec(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aModelOfConstantsSaysHowMany() throws IOException {
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .constant("w", DataType.DT_FLOAT, weights(2, CLASSES))
            .add("MatMul", "y", "x", "w");
    assertDamaged(model, "6 floating-point numbers");
  }

  @Test
  void aCollectionSaysWhatWasTrained() throws IOException {
    TestModel model = ending("logits");
    model.meta.putCollectionDef(
        "trainable_variables",
        CollectionDef.newBuilder()
            .setBytesList(
                CollectionDef.BytesList.newBuilder()
                    .addValue(
                        VariableDef.newBuilder().setVariableName("w:0").build().toByteString()))
            .build());
    SavedModelLoss loss = model.open(folder).loss(spec(false));
    assertThat(loss.parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("w");
    assertThat(loss.parameterRule()).contains("collection");
  }

  /** A dense layer below the root, whose bias is no parameter. */
  private static TestModel objects(TestModel model) {
    return model.objects(
        List.of(
            SavedObject.newBuilder().addChildren(TestModel.child("dense.1", 1)).build(),
            SavedObject.newBuilder()
                .addChildren(TestModel.child("kernel", 2))
                .addChildren(TestModel.child("bias", 3))
                .build(),
            SavedObject.newBuilder()
                .setVariable(SavedVariable.newBuilder().setName("w").setTrainable(true))
                .build(),
            SavedObject.newBuilder().setVariable(SavedVariable.newBuilder().setName("b")).build()));
  }

  @Test
  void withoutARestoreOperationKeysArePathsOfObjects() throws IOException {
    TestModel model = objects(ending("logits"));
    Map<String, StoredTensor> values = model.variables();
    for (String[] moved : List.of(new String[] {"w", "kernel"}, new String[] {"b", "bias"})) {
      values.put(
          "dense..1/%s/.ATTRIBUTES/VARIABLE_VALUE".formatted(moved[1]), values.remove(moved[0]));
    }
    SavedModelLoss loss = model.open(folder).loss(spec(false));
    assertThat(loss.parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("w");
    assertThat(loss.parameterRule()).contains("object graph");
    double expected = crossEntropy(served(ending("softmax"), "y"));
    assertThat(SmallLosses.loss(loss)).isCloseTo(expected, within(1e-5));
  }

  @Test
  void functionsWithinFunctionsTakeVariables() throws IOException {
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", "w", DataType.DT_FLOAT, weights(2, CLASSES))
            .function(
                "inner",
                List.of("x", "w"),
                "product:product:0",
                TestModel.node("ReadVariableOp", "read", List.of("w"), Map.of("dtype", FLOAT)),
                TestModel.node(
                    "MatMul", "product", List.of("x", "read:value:0"), Map.of("T", FLOAT)))
            .function(
                "outer",
                List.of("x", "w"),
                "call:output:0",
                TestModel.call("call", "inner", List.of("x", "w")))
            .add(TestModel.call("y", "outer", List.of("x", "w")));
    TestModel flat =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", DataType.DT_FLOAT, weights(2, CLASSES))
            .add("MatMul", "z", "x", "w/read")
            .add("Softmax", "y", "z");
    assertThat(loss(model, spec(false))).isCloseTo(crossEntropy(served(flat, "y")), within(1e-5));
  }
}
