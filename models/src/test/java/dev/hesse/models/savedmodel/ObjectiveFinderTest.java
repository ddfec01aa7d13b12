package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.SmallLosses.BATCH;
import static dev.hesse.models.savedmodel.SmallLosses.CLASSES;
import static dev.hesse.models.savedmodel.SmallLosses.FLOAT;
import static dev.hesse.models.savedmodel.SmallLosses.INT32;
import static dev.hesse.models.savedmodel.SmallLosses.LABELS;
import static dev.hesse.models.savedmodel.SmallLosses.X;
import static dev.hesse.models.savedmodel.SmallLosses.crossEntropy;
import static dev.hesse.models.savedmodel.SmallLosses.ending;
import static dev.hesse.models.savedmodel.SmallLosses.linear;
import static dev.hesse.models.savedmodel.SmallLosses.loss;
import static dev.hesse.models.savedmodel.SmallLosses.served;
import static dev.hesse.models.savedmodel.SmallLosses.spec;
import static dev.hesse.models.savedmodel.SmallLosses.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.ExampleTable;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.family.TType;

/** Which tensors of small models arrays and options mean. */
class ObjectiveFinderTest {
  private static final StoredTensor CLASS_NUMBERS = StoredTensor.of(new long[] {BATCH}, LABELS);

  @TempDir private Path folder;

  private static StoredTensor examples(float[][] rows) {
    float[] numbers = new float[rows.length * rows[0].length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = rows[i / rows[0].length][i % rows[0].length];
    }
    return StoredTensor.of(new long[] {rows.length, rows[0].length}, numbers);
  }

  private static ObjectiveOptions output(String name) {
    return ObjectiveOptions.builder().output(name).build();
  }

  /** A signature with logits behind what a function makes of them, in its order of names. */
  private static TestModel withBoth(String function) {
    TestModel model = linear().add(function, "p", "logits");
    SignatureDef.Builder signature = SignatureDef.newBuilder();
    signature.putInputs("x", info("x:0"));
    signature.putOutputs("a", info("p:0")).putOutputs("b", info("logits:0"));
    model.meta.putSignatureDef(SignatureTensors.DEFAULT, signature.build());
    return model;
  }

  private static TensorInfo info(String tensor) {
    return TensorInfo.newBuilder().setName(tensor).setDtype(DataType.DT_FLOAT).build();
  }

  @Test
  void logitsAreTakenThatAreBesideTheirSoftmax() throws IOException {
    Objective objective =
        withBoth("Softmax")
            .open(folder)
            .objective(LabelledArrays.of(examples(X), CLASS_NUMBERS), ObjectiveOptions.DEFAULT);
    assertThat(objective.description()).isEqualTo("softmax-cross-entropy of 'logits'");
    assertThat(objective.warnings()).isEmpty();
    // TensorFlow's run of the model is in single precision.
    assertThat(loss(objective.loss()))
        .isCloseTo(crossEntropy(served(ending("softmax"), "y")), within(1e-5));
  }

  /** Without the sigmoid beside the logits, such labels would be for the mean squared error. */
  @Test
  void aSigmoidBesideLogitsSaysTheirLoss() throws IOException {
    float[][] targets = {{0, 1, 1}, {0.5f, 0, 0}, {1, 0.25f, 1}, {0, 0, 0}};
    float[][] p = served(withBoth("Sigmoid"), "p");
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        expected -=
            (targets[i][j] * Math.log(p[i][j]) + (1 - targets[i][j]) * Math.log1p(-p[i][j]))
                / (BATCH * CLASSES);
      }
    }
    Objective objective =
        withBoth("Sigmoid")
            .open(folder)
            .objective(LabelledArrays.of(examples(X), examples(targets)), ObjectiveOptions.DEFAULT);
    assertThat(objective.description()).isEqualTo("sigmoid-cross-entropy of 'logits'");
    try (TType labels = SmallLosses.tensor(Precision.FLOAT64, targets)) {
      // TensorFlow's run of the model is in single precision.
      assertThat(loss(objective.loss(), labels)).isCloseTo(expected, within(1e-5));
    }
  }

  /** The mean of the squares of logits in some form. */
  private Objective squares(String axes, int... shape) throws IOException {
    int[] reduced = axes.chars().map(Character::getNumericValue).toArray();
    TestModel model =
        linear()
            .add("Square", "squares", "logits")
            .integers("axes", reduced)
            .integers("shape", shape)
            .add("Mean", "mean", List.of("squares", "axes"), Map.of("T", FLOAT, "Tidx", INT32))
            .add("Reshape", "own", List.of("mean", "shape"), Map.of("T", FLOAT, "Tshape", INT32));
    return model
        .open(folder)
        .objective(
            new LabelledArrays("", Map.of("x", examples(X)), Optional.empty(), Optional.empty()),
            ObjectiveOptions.builder().lossOutput("own").build());
  }

  @Test
  void aModelsOwnLossIsOneNumberOrOneForEachExample() throws IOException {
    double expected = 0;
    for (float[] row : served(linear(), "logits")) {
      for (float logit : row) {
        expected += (double) logit * logit / (BATCH * CLASSES);
      }
    }
    // TensorFlow's run of the model is in single precision.
    assertThat(loss(squares("01").loss())).isCloseTo(expected, within(1e-5));
    assertThat(loss(squares("1", BATCH).loss())).isCloseTo(expected, within(1e-5));
    assertNoLoss(squares("01", 1), "[1]");
    assertNoLoss(squares("1", BATCH, 1), "[4, 1]");
    assertNoLoss(squares("", BATCH, CLASSES), "[4, 3]");
  }

  private static void assertNoLoss(Objective objective, String shape) {
    assertThatThrownBy(() -> objective.loss().lossGraph(BATCH, Precision.FLOAT64))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "'own' has shape %s, where a loss is one number, or one for each of 4 examples"
                .formatted(shape));
  }

  /** x·w by a function, and then ·v, named y. */
  private static TestModel calling() {
    return new TestModel()
        .input("x", -1, 5)
        .variable("w", "w", DataType.DT_FLOAT, weights(5, 2))
        .function(
            "layer",
            List.of("x", "w"),
            "product:product:0",
            TestModel.node("ReadVariableOp", "read", List.of("w"), Map.of("dtype", FLOAT)),
            TestModel.node("MatMul", "product", List.of("x", "read:value:0"), Map.of("T", FLOAT)))
        .add(TestModel.call("call", "layer", List.of("x", "w")))
        .variable("v", DataType.DT_FLOAT, weights(2, CLASSES))
        .add("MatMul", "y", "call:0", "v/read");
  }

  @Test
  void whatAFunctionReturnsIsFed() throws IOException {
    Objective objective =
        calling()
            .open(folder)
            .objective(
                LabelledArrays.of(Map.of("call:0", examples(X)), CLASS_NUMBERS), output("y"));
    assertThat(objective.loss().parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactly("v");
    TestModel behind =
        new TestModel()
            .input("x", -1, 2)
            .variable("v", DataType.DT_FLOAT, weights(2, CLASSES))
            .add("MatMul", "y", "x", "v/read");
    // Double precision on both sides.
    assertThat(loss(objective.loss()))
        .isCloseTo(loss(behind.open(folder).loss(spec(false))), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"softmax", "identity", "cast", "logits"})
  void anOutputThatANodeDoesNotHaveIsNamed(String ending) throws IOException {
    assertNoOutput(ending(ending), "x", examples(X), "y:7", "y");
  }

  @Test
  void aResultThatACallDoesNotHaveIsNamed() throws IOException {
    StoredTensor five = StoredTensor.of(new long[] {BATCH, 5}, new float[5 * BATCH]);
    assertNoOutput(calling(), "x", five, "call:7", "call");
    assertNoOutput(calling(), "x", five, "call/product:7", "call/product");
    assertNoOutput(calling(), "call:7", five, "y", "call");
  }

  private void assertNoOutput(
      TestModel model, String input, StoredTensor array, String output, String node)
      throws IOException {
    SavedModels opened = model.open(folder);
    LabelledArrays arrays = LabelledArrays.of(Map.of(input, array), CLASS_NUMBERS);
    assertThatThrownBy(() -> opened.objective(arrays, output(output)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "node '%s' has no output 7. Name a tensor that hesse inspect --nodes lists."
                .formatted(node));
  }

  private static DeferredTensor deferred(StoredTensor array, List<Integer> read) {
    return new DeferredTensor(
        array.dtype(),
        array.shape(),
        numbers -> {
          Arrays.stream(numbers).forEach(read::add);
          return array.rows(numbers);
        });
  }

  @Test
  void whatIsDeferredIsReadByExamples() throws IOException {
    List<Integer> read = new ArrayList<>();
    SavedModels model = linear().open(folder);
    Objective expected =
        model.objective(LabelledArrays.of(examples(X), CLASS_NUMBERS), output("logits"));
    Objective objective =
        model.objective(
            LabelledArrays.of(deferred(examples(X), read), CLASS_NUMBERS), output("logits"));
    assertThat(objective.description()).isEqualTo(expected.description());
    assertThat(read).isEmpty();
    int[] numbers = {2, 0};
    Map<String, DataArray> rows = objective.data().read(numbers).arrays();
    assertThat(read).containsExactly(2, 0);
    expected
        .data()
        .read(numbers)
        .arrays()
        .forEach(
            (name, array) ->
                assertThat(((StoredTensor) rows.get(name)).toDoubles())
                    .isEqualTo(((StoredTensor) array).toDoubles()));
  }

  @Test
  void whatIsDeferredIsFoundNotFiniteWhenItIsRead() throws IOException {
    float[][] examples = Arrays.stream(X).map(float[]::clone).toArray(float[][]::new);
    examples[1][0] = Float.NaN;
    ExampleTable data =
        linear()
            .open(folder)
            .objective(
                LabelledArrays.of(deferred(examples(examples), new ArrayList<>()), CLASS_NUMBERS),
                output("logits"))
            .data();
    assertThat(data.read(new int[] {0, 2}).size()).isEqualTo(2);
    assertThatThrownBy(() -> data.read(new int[] {1}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("holds NaN at index 0 of the examples read");
  }
}
