package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.TestModel.number;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.VariableDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** The losses of small models, beside what TensorFlow's run of the model itself gives. */
class SavedModelLossTest {
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  private static final AttrValue INT32 = type(DataType.DT_INT32);
  private static final int BATCH = 4;
  private static final int CLASSES = 3;
  private static final float[][] X = numbers(BATCH, 2);
  private static final int[] LABELS = {0, 2, 1, 2};

  @TempDir private Path folder;

  private static float[][] numbers(int rows, int columns) {
    Random random = new Random(rows + 10L * columns);
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return numbers;
  }

  private static StoredTensor weights(long... shape) {
    int count = (int) StoredTensor.elementCount(shape);
    return StoredTensor.of(shape, numbers(1, count)[0]);
  }

  /** x·w + b, of CLASSES outputs, named logits. */
  private static TestModel linear() {
    return new TestModel()
        .input("x", -1, 2)
        .variable("w", DataType.DT_FLOAT, weights(2, CLASSES))
        .variable("b", DataType.DT_FLOAT, weights(CLASSES))
        .add("MatMul", "product", "x", "w/read")
        .add("BiasAdd", "logits", "product", "b/read");
  }

  private static TestModel ending(String ending) {
    TestModel model = linear();
    switch (ending) {
      case "softmax" -> model.add("Softmax", "y", "logits");
      case "identity" -> model.add("Softmax", "p", "logits").add("Identity", "y", "p");
      case "reshape" ->
          model
              .add("Softmax", "p", "logits")
              .integers("sizes", -1, 1, CLASSES)
              .add("Reshape", "q", List.of("p", "sizes"), Map.of("T", FLOAT, "Tshape", INT32))
              .add("Squeeze", "y", "q");
      case "cast" ->
          model
              .add("Softmax", "p", "logits")
              .add("Cast", "y", List.of("p"), Map.of("SrcT", FLOAT, "DstT", FLOAT));
      case "written out", "written out without a shift" -> {
        model.integers("last", -1);
        Map<String, AttrValue> keep =
            Map.of(
                "T", FLOAT, "Tidx", INT32, "keep_dims", AttrValue.newBuilder().setB(true).build());
        boolean shifted = ending.equals("written out");
        model.add("Max", "max", List.of("logits", "last"), keep);
        model.add("Sub", "shifted", "logits", "max");
        model.add("Exp", "exp", shifted ? "shifted" : "logits");
        model.add("Sum", "sum", List.of("exp", "last"), keep);
        model.add("RealDiv", "y", "exp", "sum");
      }
      case "logits" -> model.add("Identity", "y", "logits");
      case "log softmax" -> model.add("LogSoftmax", "y", "logits");
      default -> throw new IllegalArgumentException(ending);
    }
    return model;
  }

  private static Spec spec(boolean fromProbabilities) {
    return new Spec(
        "y:0",
        List.of(new Input("x:0", "x", List.of(2L))),
        Map.of(),
        Optional.of(Loss.SOFTMAX_CROSS_ENTROPY),
        false,
        fromProbabilities,
        Optional.empty(),
        Optional.empty());
  }

  private static TType tensor(Precision precision, float[][] values) {
    return precision == Precision.FLOAT32
        ? TFloat32.tensorOf(StdArrays.ndCopyOf(values))
        : TFloat64.tensorOf(
            Shape.of(values.length, values[0].length),
            DataBuffers.of(
                Arrays.stream(values)
                    .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]))
                    .toArray()));
  }

  /** The loss that a model's graph computes from what its checkpoint holds. */
  private static double loss(SavedModelLoss model, TType labels) {
    LossGraph loss = model.lossGraph(BATCH, Precision.FLOAT64);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(loss.graph());
      List<TType> fed = new ArrayList<>(List.of(labels));
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner();
        for (LossGraph.Feed feed : loss.feeds()) {
          boolean isInput = feed.array().equals("x");
          if (isInput) {
            fed.add(tensor(Precision.FLOAT64, X));
          }
          runner.feed(feed.node(), isInput ? fed.get(fed.size() - 1) : labels);
        }
        for (LossGraph.Variable variable : loss.variables()) {
          double[] value = model.weights().get(variable.name());
          fed.add(
              TFloat64.tensorOf(
                  Shape.of(variable.shape().stream().mapToLong(d -> d).toArray()),
                  DataBuffers.of(value)));
          runner.feed(variable.name() + ".read", fed.get(fed.size() - 1));
        }
        try (TFloat64 result = (TFloat64) runner.fetch(loss.loss()).run().get(0)) {
          return result.getDouble();
        }
      } finally {
        fed.forEach(Tensor::close);
      }
    }
  }

  /** What the model's own graph, as it is in the file, makes of the examples. */
  private static float[][] served(TestModel model, String output) {
    GraphDef definition = model.graph();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      List<TType> fed = new ArrayList<>(List.of(tensor(Precision.FLOAT32, X)));
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner().feed("x", fed.get(0));
        model
            .variables()
            .forEach(
                (name, value) -> {
                  float[] numbers = new float[value.elementCount()];
                  Arrays.setAll(
                      new Float[numbers.length], i -> numbers[i] = (float) value.toDouble(i));
                  fed.add(TFloat32.tensorOf(Shape.of(value.shape()), DataBuffers.of(numbers)));
                  runner.feed(name + "/read", fed.get(fed.size() - 1));
                });
        try (TFloat32 result = (TFloat32) runner.fetch(output).run().get(0)) {
          return StdArrays.array2dCopyOf(result);
        }
      } finally {
        fed.forEach(Tensor::close);
      }
    }
  }

  private static double crossEntropy(float[][] probabilities) {
    double loss = 0;
    for (int i = 0; i < BATCH; i++) {
      loss -= Math.log(probabilities[i][LABELS[i]]) / BATCH;
    }
    return loss;
  }

  private double loss(TestModel model, Spec spec) throws IOException {
    try (TInt32 labels = TInt32.vectorOf(LABELS)) {
      return loss(model.open(folder).loss(spec), labels);
    }
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
    try (TType labels = tensor(Precision.FLOAT64, targets)) {
      assertThat(loss(model.open(folder).loss(spec), labels)).isCloseTo(expected, within(1e-5));
    }
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
    try (TInt32 labels = TInt32.vectorOf(LABELS)) {
      double one = loss(loss, labels);
      assertThat(one).isCloseTo(loss(twice, spec(false)), within(1e-12));
    }
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
    float[][] logits = served(linear(), "logits");
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      for (float z : logits[i]) {
        sum += Math.exp(3 * z);
      }
      expected += (Math.log(sum) - 3 * logits[i][LABELS[i]]) / BATCH;
    }
    try (TInt32 labels = TInt32.vectorOf(LABELS)) {
      assertThat(loss(loss, labels)).isCloseTo(expected, within(1e-5));
    }
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
    double expected = 0;
    StoredTensor w = weights(2, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      double right = 0;
      for (int j = 0; j < CLASSES; j++) {
        double z = table.toDouble(rows[i] * CLASSES + j);
        for (int k = 0; k < 2; k++) {
          z += (double) X[i][k] * w.toDouble(k * CLASSES + j);
        }
        sum += Math.exp(z);
        right += j == LABELS[i] ? z : 0;
      }
      expected += (Math.log(sum) - right) / BATCH;
    }
    // Double precision on both sides.
    assertThat(loss(model, spec(false))).isCloseTo(expected, within(1e-12));
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
  void channelsFirstBatchNormHasTheRunningStatistics() throws IOException {
    AttrValue no = AttrValue.newBuilder().setB(false).build();
    TestModel model =
        linear()
            .integers("sizes", -1, CLASSES, 1, 1)
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
                TestModel.text("NCHW"),
                "is_training",
                no,
                "epsilon",
                AttrValue.newBuilder().setF(0.001f).build()))
        .integers("back", -1, CLASSES)
        .add("Reshape", "y", List.of("norm", "back"), Map.of("T", FLOAT, "Tshape", INT32));
    float[][] logits = served(linear(), "logits");
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      double right = 0;
      for (int j = 0; j < CLASSES; j++) {
        double z =
            (logits[i][j] - statistics[2][j])
                    * statistics[0][j]
                    / Math.sqrt(statistics[3][j] + 0.001)
                + statistics[1][j];
        sum += Math.exp(z);
        right += j == LABELS[i] ? z : 0;
      }
      expected += (Math.log(sum) - right) / BATCH;
    }
    // The logits before it are TensorFlow's in single precision.
    assertThat(loss(model, spec(false))).isCloseTo(expected, within(1e-5));
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
    try (TInt32 labels = TInt32.vectorOf(LABELS)) {
      assertThat(loss(loss, labels)).isCloseTo(expected, within(1e-5));
    }
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
