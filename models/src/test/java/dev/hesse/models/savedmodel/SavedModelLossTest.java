package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.SmallLosses.BATCH;
import static dev.hesse.models.savedmodel.SmallLosses.CLASSES;
import static dev.hesse.models.savedmodel.SmallLosses.FLOAT;
import static dev.hesse.models.savedmodel.SmallLosses.INT32;
import static dev.hesse.models.savedmodel.SmallLosses.LABELS;
import static dev.hesse.models.savedmodel.SmallLosses.crossEntropy;
import static dev.hesse.models.savedmodel.SmallLosses.ending;
import static dev.hesse.models.savedmodel.SmallLosses.linear;
import static dev.hesse.models.savedmodel.SmallLosses.served;
import static dev.hesse.models.savedmodel.SmallLosses.softmaxCrossEntropy;
import static dev.hesse.models.savedmodel.SmallLosses.spec;
import static dev.hesse.models.savedmodel.SmallLosses.weights;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.family.TType;

/** The losses of small models, beside what TensorFlow's run of the model itself gives. */
class SavedModelLossTest {
  @TempDir private Path folder;

  private double loss(TestModel model, Spec spec) throws IOException {
    return SmallLosses.loss(model.open(folder).loss(spec));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softmax",
        "identity",
        "reshape",
        "cast",
        "written out",
        "written out without a shift",
        "logits",
        "log softmax"
      })
  void theLossIsTheCrossEntropyOfTheModelsProbabilities(String ending) throws IOException {
    double expected = crossEntropy(served(ending("softmax"), "y"));
    // TensorFlow's run of the model is in single precision.
    assertThat(loss(ending(ending), spec(false))).isCloseTo(expected, within(1e-5));
    assertThat(
            ending(ending).open(folder).loss(spec(false)).remark().orElse("").contains("taken off"))
        .isEqualTo(!ending.startsWith("log"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"softmax", "reshape", "written out"})
  void probabilitiesMayBeTakenAsTheyAre(String ending) throws IOException {
    double expected = crossEntropy(served(ending("softmax"), "y"));
    assertThat(loss(ending(ending), spec(true))).isCloseTo(expected, within(1e-5));
    assertThat(ending(ending).open(folder).loss(spec(true)).remark()).isEmpty();
  }

  @Test
  void aSoftmaxOverOtherGroupsIsKeptAndSaid() throws IOException {
    TestModel model =
        linear()
            .add("Softmax", "p", "logits")
            .integers("sizes", CLASSES, -1)
            .add("Reshape", "y", List.of("p", "sizes"), Map.of("T", FLOAT, "Tshape", INT32));
    assertThat(model.open(folder).loss(spec(false)).remark())
        .contains("'y:0' is taken for logits; nothing is taken off what Softmax node 'p' makes");
  }

  @Test
  void aSoftmaxBehindAProductIsKeptAndSaid() throws IOException {
    TestModel model = linear().add("Softmax", "p", "logits").add("Mul", "y", "p", "p");
    double expected = 0;
    float[][] squares = served(model, "y");
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      for (float square : squares[i]) {
        sum += Math.exp(square);
      }
      expected += (Math.log(sum) - squares[i][LABELS[i]]) / BATCH;
    }
    assertThat(loss(model, spec(false))).isCloseTo(expected, within(1e-5));
    assertThat(model.open(folder).loss(spec(false)).remark().orElse(""))
        .contains("nothing is taken off what Mul node 'y' makes");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSigmoidGoesWithBinaryCrossEntropy(boolean fromProbabilities) throws IOException {
    TestModel model =
        linear()
            .add("Sigmoid", "p", "logits")
            .integers("sizes", -1, CLASSES, 1)
            .add("Reshape", "q", List.of("p", "sizes"), Map.of("T", FLOAT, "Tshape", INT32))
            .add(
                "Squeeze",
                "y",
                List.of("q"),
                Map.of(
                    "T",
                    FLOAT,
                    "squeeze_dims",
                    AttrValue.newBuilder()
                        .setList(AttrValue.ListValue.newBuilder().addI(2))
                        .build()));
    float[][] p = served(model, "y");
    float[][] targets = new float[BATCH][CLASSES];
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        targets[i][j] = (i + j) % 3 / 2f;
        expected -=
            (targets[i][j] * Math.log(p[i][j]) + (1 - targets[i][j]) * Math.log1p(-p[i][j]))
                / (BATCH * CLASSES);
      }
    }
    Spec spec =
        new Spec(
            "y",
            List.of(new Input("x:0", "x", List.of(2L))),
            Map.of(),
            Optional.of(Loss.SIGMOID_CROSS_ENTROPY),
            true,
            fromProbabilities,
            Optional.empty(),
            Optional.empty());
    try (TType labels = SmallLosses.tensor(Precision.FLOAT64, targets)) {
      assertThat(SmallLosses.loss(model.open(folder).loss(spec), labels))
          .isCloseTo(expected, within(1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NCHW", "NCDHW"})
  void channelsFirstBatchNormHasTheRunningStatistics(String format) throws IOException {
    int[] sizes = new int[format.length()];
    Arrays.fill(sizes, 1);
    sizes[0] = -1;
    sizes[1] = CLASSES;
    AttrValue no = AttrValue.newBuilder().setB(false).build();
    TestModel model =
        linear()
            .integers("sizes", sizes)
            .add(
                "Reshape",
                "image",
                List.of("logits", "sizes"),
                Map.of("T", FLOAT, "Tshape", INT32));
    double[][] statistics = {{0.5, 2, -1}, {0.1, 0.2, 0.3}, {1, -1, 0.5}, {0.25, 4, 1}};
    String[] names = {"scale", "offset", "mean", "variance"};
    for (int i = 0; i < names.length; i++) {
      StoredTensor value = StoredTensor.of(new long[] {CLASSES}, statistics[i]).as(DType.FLOAT32);
      model.variable(names[i], DataType.DT_FLOAT, value);
    }
    model
        .add(
            "FusedBatchNormV3",
            "norm",
            List.of("image", "scale/read", "offset/read", "mean/read", "variance/read"),
            Map.of(
                "T",
                FLOAT,
                "U",
                FLOAT,
                "data_format",
                TestModel.text(format),
                "is_training",
                no,
                "epsilon",
                AttrValue.newBuilder().setF(0.001f).build()))
        .integers("back", -1, CLASSES)
        .add("Reshape", "y", List.of("norm", "back"), Map.of("T", FLOAT, "Tshape", INT32));
    float[][] before = served(linear(), "logits");
    double[][] logits = new double[BATCH][CLASSES];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < CLASSES; j++) {
        logits[i][j] =
            (before[i][j] - statistics[2][j])
                    * statistics[0][j]
                    / Math.sqrt(statistics[3][j] + 0.001)
                + statistics[1][j];
      }
    }
    // The logits before it are TensorFlow's in single precision.
    assertThat(loss(model, spec(false))).isCloseTo(softmaxCrossEntropy(logits), within(1e-5));
  }

  @Test
  void aLookupInATableWithoutKeysIsTheDefault() throws IOException {
    AttrValue int64 = type(DataType.DT_INT64);
    Map<String, AttrValue> table = Map.of("key_dtype", int64, "value_dtype", FLOAT);
    Map<String, AttrValue> types = Map.of("Tin", int64, "Tout", FLOAT);
    TestModel model =
        linear()
            .add("HashTableV2", "table", List.of(), table)
            .constant("keys", DataType.DT_INT64, StoredTensor.of(new long[] {0}, new long[0]))
            .constant("values", DataType.DT_FLOAT, StoredTensor.of(new long[] {0}, new float[0]))
            .add("LookupTableImportV2", "fill", List.of("table", "keys", "values"), types)
            .constant(
                "asked",
                DataType.DT_INT64,
                StoredTensor.of(new long[] {CLASSES}, new long[CLASSES]))
            .constant("default", DataType.DT_FLOAT, StoredTensor.of(new long[0], new float[] {-2}))
            .add("LookupTableFindV2", "found", List.of("table", "asked", "default"), types)
            .add("Mul", "y", "logits", "found");
    model.meta.putSignatureDef(
        "__saved_model_init_op",
        SignatureDef.newBuilder()
            .putOutputs("fill", TensorInfo.newBuilder().setName("fill").build())
            .build());
    TestModel expected =
        linear()
            .constant("factor", DataType.DT_FLOAT, StoredTensor.of(new long[0], new float[] {-2}))
            .add("Mul", "z", "logits", "factor")
            .add("Softmax", "y", "z");
    assertThat(loss(model, spec(false)))
        .isCloseTo(crossEntropy(served(expected, "y")), within(1e-5));
  }

  @Test
  void aConstantInputDoesNotSetTheBatch() throws IOException {
    StoredTensor w = weights(2, CLASSES);
    TestModel model =
        new TestModel()
            .input("c", 2)
            .input("x", BATCH, 2)
            .variable("w", DataType.DT_FLOAT, w)
            .add("Mul", "scaled", "x", "c")
            .integers("sizes", BATCH, 2)
            .add(
                "Reshape", "fixed", List.of("scaled", "sizes"), Map.of("T", FLOAT, "Tshape", INT32))
            .add("MatMul", "y", "fixed", "w/read");
    TestModel plain =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", DataType.DT_FLOAT, w)
            .add("MatMul", "y", "x", "w/read");
    Objective objective =
        model
            .open(folder)
            .objective(
                LabelledArrays.of(
                    Map.of(
                        "c",
                        StoredTensor.of(new long[] {2}, new float[] {1, 1}),
                        "x",
                        StoredTensor.of(new long[] {BATCH, 2}, new float[2 * BATCH])),
                    StoredTensor.of(new long[] {BATCH}, LABELS)),
                ObjectiveOptions.builder().output("y").build());
    // Double precision on both sides.
    assertThat(SmallLosses.loss(objective.loss()))
        .isCloseTo(loss(plain, spec(false)), within(1e-12));
  }
}
