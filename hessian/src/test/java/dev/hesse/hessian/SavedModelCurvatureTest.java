package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.ExampleTable;
import dev.hesse.models.Loss;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModelLoss;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.family.TType;

/** The Hessian of models that other people published. */
class SavedModelCurvatureTest {
  private static final Path SHARED =
      Path.of(System.getProperty("hesse.root")).resolveSibling("shared").resolve("savedmodels");

  private static SavedModels open(String name) throws IOException {
    Path model = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(model), "the shared SavedModels are not here");
    return SavedModels.open(model, OptionalLong.empty(), SavedModels.TAG_DEFAULT);
  }

  private static CurvatureOperator hessian(SavedModelLoss model, BatchSource data, int miniBatch) {
    return new CurvatureOperator(
        model,
        data,
        new CurvatureOperator.Options(
            Curvature.HESSIAN, miniBatch, Precision.FLOAT64, Device.CPU, 1L << 30));
  }

  @Test
  void aLineFitHasTheHessianOfLeastSquares() throws IOException {
    SavedModelLoss model =
        open("half-plus-two-tf1")
            .loss(
                new Spec(
                    "y:0",
                    List.of(new Input("x:0", "x", List.of(1L))),
                    Loss.MEAN_SQUARED_ERROR,
                    true));
    float[] x = {1, 2, 4, -3, 0.5f};
    float[] t = {2, 3, 5, 1, 0};
    long[] shape = {5, 1};
    ExampleTable data =
        new ExampleTable(
            "numbers",
            Map.of("x", StoredTensor.of(shape, x), Batch.LABELS, StoredTensor.of(shape, t)));
    double square = 0;
    double mean = 0;
    double loss = 0;
    for (int i = 0; i < 5; i++) {
      double exact = x[i];
      square += exact * exact / 5;
      mean += exact / 5;
      loss += Math.pow(exact / 2 + 2 - t[i], 2) / 5;
    }
    // Mini-batches of 3 and 2.
    try (CurvatureOperator operator =
        hessian(model, data.inOrder(new ExampleOrder.Sequential()), 3)) {
      List<String> names = operator.parameters().parameters().stream().map(p -> p.name()).toList();
      assertThat(names).containsExactlyInAnyOrder("a", "b");
      int a = names.indexOf("a");
      double[] direction = new double[2];
      direction[a] = 1;
      double[] column = new double[2];
      operator.apply(direction, column);
      // A few roundings of numbers below 100.
      assertThat(operator.loss()).isCloseTo(loss, within(1e-13));
      assertThat(operator.accuracy()).isNaN();
      assertThat(column[a]).isCloseTo(2 * square, within(1e-13));
      assertThat(column[1 - a]).isCloseTo(2 * mean, within(1e-13));
    }
  }

  private static Map<String, DataArray> patients(Map<String, TensorInfo> inputs, int count) {
    Random random = new Random(1);
    Map<String, List<String>> words =
        Map.of(
            "Sex", List.of("M", "F"),
            "ChestPainType", List.of("ATA", "NAP", "ASY", "unheard of"),
            "ExerciseAngina", List.of("Y", "N"),
            "RestingECG", List.of("Normal", "ST", "LVH"),
            "ST_Slope", List.of("Up", "Flat", "Down"));
    Map<String, int[]> ranges =
        Map.of(
            "Age", new int[] {30, 75},
            "Cholesterol", new int[] {120, 320},
            "FastingBS", new int[] {0, 2},
            "MaxHR", new int[] {90, 190},
            "Oldpeak", new int[] {0, 3},
            "RestingBP", new int[] {100, 170});
    Map<String, DataArray> columns = new LinkedHashMap<>();
    for (String name : inputs.keySet()) {
      List<String> choices = words.get(name);
      if (choices == null) {
        int[] range = Objects.requireNonNull(ranges.get(name));
        int[] values = random.ints(count, range[0], range[1]).toArray();
        columns.put(name, StoredTensor.of(new long[] {count}, values));
      } else {
        List<byte[]> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          texts.add(choices.get(random.nextInt(choices.size())).getBytes(StandardCharsets.UTF_8));
        }
        columns.put(name, new TextTensor(new long[] {count}, texts));
      }
    }
    return columns;
  }

  @Test
  void aModelOfKerasWithTablesAgreesWithTensorFlowsOwnLoader() throws IOException {
    SavedModels served = open("heart-failure-columns");
    Map<String, TensorInfo> inputs =
        new TreeMap<>(served.signatures().get("serving_default").getInputsMap());
    TensorInfo output =
        served.signatures().get("serving_default").getOutputsMap().values().iterator().next();
    int count = 6;
    Map<String, DataArray> columns = patients(inputs, count);
    double[] probabilities = served(served.folder(), inputs, output, columns, count);

    float[] labels = {1, 0, 1, 1, 0, 0};
    double expected = 0;
    for (int i = 0; i < count; i++) {
      double p = probabilities[i];
      expected -= (labels[i] * Math.log(p) + (1 - labels[i]) * Math.log1p(-p)) / count;
    }
    Map<String, DataArray> all = new LinkedHashMap<>(columns);
    all.put(Batch.LABELS, StoredTensor.of(new long[] {count, 1}, labels));
    SavedModelLoss model =
        served.loss(
            new Spec(
                output.getName(),
                inputs.entrySet().stream()
                    .map(i -> new Input(i.getValue().getName(), i.getKey(), List.of()))
                    .toList(),
                Loss.SIGMOID_CROSS_ENTROPY,
                true));
    try (CurvatureOperator operator =
        hessian(
            model,
            new ExampleTable("patients", all).inOrder(new ExampleOrder.Sequential()),
            count)) {
      // TensorFlow's own loader computes in float32, of which probabilities near 1 lose digits.
      assertThat(operator.loss()).isCloseTo(expected, within(1e-4 * (1 + expected)));
      // Double precision, summed over 10^5 parameters.
      assertThat(operator.checks().symmetry()).isLessThan(1e-11);
    }
  }

  @Test
  void aModelThatLooksUpItsWordsAgreesWithTensorFlowsOwnLoader() throws IOException {
    SavedModels model =
        SavedModels.open(
            Path.of(System.getProperty("hesse.root"), "testdata/savedmodels/keras-texts"));
    List<byte[]> texts =
        Stream.of("the cat sat", "a dog", "fish", "the dog ran the cat sat")
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();
    TextTensor column = new TextTensor(new long[] {4}, texts);
    double[] labels = {1, 0, 1, 0};
    TensorInfo output =
        model.signatures().get("serving_default").getOutputsMap().values().iterator().next();
    double[] probabilities =
        served(
            model.folder(),
            model.signatures().get("serving_default").getInputsMap(),
            output,
            Map.of("text", column),
            4);
    double expected = 0;
    for (int i = 0; i < 4; i++) {
      expected -= Math.log(labels[i] == 1 ? probabilities[i] : 1 - probabilities[i]) / 4;
    }
    Objective objective =
        model.objective(
            LabelledArrays.of(column, StoredTensor.of(new long[] {4}, labels)),
            ObjectiveOptions.DEFAULT);
    // In mini-batches of another length than the whole.
    try (CurvatureOperator operator =
        hessian(objective.loss(), objective.data().inOrder(new ExampleOrder.Sequential()), 3)) {
      // TensorFlow's own loader computes in float32.
      assertThat(operator.loss()).isCloseTo(expected, within(1e-6));
      assertThat(operator.checks().symmetry()).isLessThan(1e-13);
    }
  }

  private static double[] served(
      Path folder,
      Map<String, TensorInfo> inputs,
      TensorInfo output,
      Map<String, DataArray> columns,
      int count) {
    List<TType> fed = new ArrayList<>();
    try (SavedModelBundle bundle =
        SavedModelBundle.load(folder.toString(), SavedModels.TAG_DEFAULT)) {
      Session.Runner runner = bundle.session().runner();
      inputs.forEach(
          (name, input) -> {
            DataArray column = Objects.requireNonNull(columns.get(name));
            fed.add(Tensors.of(column, input.getDtype(), Shape.of(count)));
            runner.feed(input.getName(), fed.get(fed.size() - 1));
          });
      try (Result result = runner.fetch(output.getName()).run()) {
        return Tensors.toDoubles(result.get(0));
      }
    } finally {
      fed.forEach(TType::close);
    }
  }
}
