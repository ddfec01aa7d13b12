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
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The Hessian and the Gauss-Newton matrix of SavedModels by Keras and TensorFlow 1 and 2, held
 * against second differences of the loss and first differences of the outputs.
 */
class SavedModelDenseTest {
  private static final Path ROOT = Path.of(System.getProperty("hesse.root"));
  private static final Path MADE = ROOT.resolve("testdata/savedmodels");
  private static final Path SHARED = ROOT.resolveSibling("shared").resolve("savedmodels");
  private static final int EXAMPLES = 4;
  private static final double STEP = 3e-5;

  /** A model with examples for it. */
  enum Case {
    KERAS_IMAGES(
        MADE.resolve("keras-images"), () -> arrays(Map.of("images", pixels(8, 8, 3)), classes(3))),
    KERAS_ATTENTION(
        MADE.resolve("keras-attention"),
        () -> arrays(Map.of("words", words(9, 5), "numbers", numbers(2)), bits())),
    KERAS_SEQUENCE(
        MADE.resolve("keras-sequence"),
        () -> new LabelledArrays("", Map.of(), Optional.of(words(6, 5)), Optional.of(classes(2)))),
    KERAS_TEXTS(
        MADE.resolve("keras-texts"),
        () ->
            arrays(
                Map.of("text", texts("the cat", "a dog ran the cat", "sat", "fish ran")), bits())),
    TF1_IMAGES(
        MADE.resolve("tf1-images"),
        () -> arrays(Map.of("x", numbers(6, 6, 2), "keep_prob", one()), classes(3)),
        "dense|offset"),
    TF1_LOOPS(MADE.resolve("tf1-loops"), () -> arrays(Map.of("x", numbers(4, 3)), targets(4))),
    TF2_LOOPS(MADE.resolve("tf2-loops"), () -> arrays(Map.of("x", numbers(3)), targets(2))),
    TF2_CHANNELS_FIRST(
        MADE.resolve("tf2-channels-first"),
        () -> arrays(Map.of("x", numbers(2, 8, 8)), classes(3))),
    HALF_PLUS_TWO(
        SHARED.resolve("half-plus-two-tf1"), () -> arrays(Map.of("x", numbers(1)), targets(1)));

    private final Path folder;
    private final Supplier<LabelledArrays> examples;
    private final Optional<String> parameters;

    Case(Path folder, Supplier<LabelledArrays> examples) {
      this.folder = folder;
      this.examples = examples;
      this.parameters = Optional.empty();
    }

    Case(Path folder, Supplier<LabelledArrays> examples, String parameters) {
      this.folder = folder;
      this.examples = examples;
      this.parameters = Optional.of(parameters);
    }

    Objective objective() throws IOException {
      assumeTrue(Files.isDirectory(folder), folder + " is not here");
      ObjectiveOptions.Builder options = ObjectiveOptions.builder();
      parameters.ifPresent(regex -> options.parameters(Pattern.compile(regex)));
      return SavedModels.open(folder).objective(examples.get(), options.build());
    }
  }

  private static LabelledArrays arrays(Map<String, DataArray> inputs, StoredTensor labels) {
    return LabelledArrays.of(inputs, labels);
  }

  private static long[] shape(long... example) {
    long[] shape = new long[example.length + 1];
    shape[0] = EXAMPLES;
    System.arraycopy(example, 0, shape, 1, example.length);
    return shape;
  }

  private static int count(long... example) {
    return (int) Arrays.stream(example).reduce(EXAMPLES, (a, b) -> a * b);
  }

  private static StoredTensor numbers(long... example) {
    return StoredTensor.of(shape(example), new Random(1).doubles(count(example), -1, 1).toArray());
  }

  private static StoredTensor targets(long... example) {
    return StoredTensor.of(shape(example), new Random(2).doubles(count(example), -1, 1).toArray());
  }

  private static StoredTensor pixels(long... example) {
    return StoredTensor.of(shape(example), new Random(3).ints(count(example), 0, 256).toArray());
  }

  private static StoredTensor words(int vocabulary, long... example) {
    return StoredTensor.of(
        shape(example), new Random(4).ints(count(example), 0, vocabulary).toArray());
  }

  private static TextTensor texts(String... texts) {
    return new TextTensor(
        new long[] {texts.length},
        Arrays.stream(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
  }

  private static StoredTensor classes(int classes) {
    return StoredTensor.of(
        new long[] {EXAMPLES}, new Random(5).ints(EXAMPLES, 0, classes).toArray());
  }

  private static StoredTensor bits() {
    return classes(2);
  }

  private static StoredTensor one() {
    return StoredTensor.of(new long[0], new double[] {1});
  }

  private static CurvatureOperator operator(
      LossModel model, BatchSource data, Curvature curvature) {
    return new CurvatureOperator(
        model,
        data,
        new CurvatureOperator.Options(
            curvature, EXAMPLES, Precision.FLOAT64, Device.CPU, 1L << 30));
  }

  /** The rows and columns with the given numbers. */
  private static double[][] part(CurvatureOperator operator, int[] numbers) {
    double[][] columns = Networks.columns(operator, numbers);
    double[][] part = new double[numbers.length][numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j < numbers.length; j++) {
        part[i][j] = columns[i][numbers[j]];
      }
    }
    return part;
  }

  private static double[] eigenvalues(double[][] matrix) {
    EigenDecomposition_F64<DMatrixRMaj> eigen =
        DecompositionFactory_DDRM.eig(matrix.length, false, true);
    assertThat(eigen.decompose(new DMatrixRMaj(matrix))).isTrue();
    double[] values = new double[matrix.length];
    Arrays.setAll(values, i -> eigen.getEigenvalue(i).getReal());
    Arrays.sort(values);
    return values;
  }

  private static double largest(double[][] matrix) {
    return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
  }

  private static void assertClose(double[][] actual, double[][] expected, double tolerance) {
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).containsExactly(expected[i], within(tolerance));
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void theHessianIsThatOfSecondDifferences(Case subject) throws IOException {
    Objective objective = subject.objective();
    BatchSource data = objective.data().inOrder(new ExampleOrder.Sequential());
    try (LossAt loss = new LossAt(objective.loss(), data.read(0, EXAMPLES));
        CurvatureOperator hessian = operator(objective.loss(), data, Curvature.HESSIAN)) {
      int[] numbers = loss.spread(3);
      double[][] part = part(hessian, numbers);
      // Eight unit roundoffs of the loss over the square of the step, and that square times fourth
      // derivatives of up to 1e3.
      double tolerance = 8 * 0x1p-53 * hessian.loss() / (STEP * STEP) + 1e-6 * (1 + largest(part));
      double[][] differences = loss.hessian(numbers, STEP);
      assertClose(part, differences, tolerance);
      double[] found = eigenvalues(part);
      double[] expected = eigenvalues(differences);
      // Eigenvalues move by no more than the norm of the difference.
      assertThat(found).containsExactly(expected, within(numbers.length * tolerance));
      assertThat(largest(part)).isGreaterThan(1e-4);
      assertThat(hessian.loss()).isCloseTo(loss.moved(Map.of()), within(1e-12));
      // Double precision through a few hundred operations.
      assertThat(hessian.checks().symmetry()).isLessThan(1e-12);
      assertThat(hessian.checks().unusedParameters()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void theGaussNewtonMatrixIsThatOfTheJacobian(Case subject) throws IOException {
    Objective objective = subject.objective();
    BatchSource data = objective.data().inOrder(new ExampleOrder.Sequential());
    Batch batch = data.read(0, EXAMPLES);
    try (LossAt loss = new LossAt(objective.loss(), batch);
        CurvatureOperator matrix = operator(objective.loss(), data, Curvature.GAUSS_NEWTON)) {
      int[] numbers = loss.spread(3);
      double[][] part = part(matrix, numbers);
      double[][] jacobian = loss.jacobian(numbers, 1e-5);
      double[][] inner =
          hessianOfOutputs(objective.description(), loss.outputs(Map.of()), jacobian.length);
      double[][] expected = new double[numbers.length][numbers.length];
      for (int i = 0; i < numbers.length; i++) {
        for (int j = 0; j < numbers.length; j++) {
          for (int a = 0; a < inner.length; a++) {
            for (int b = 0; b < inner.length; b++) {
              expected[i][j] += jacobian[a][i] * inner[a][b] * jacobian[b][j];
            }
          }
        }
      }
      // First differences by steps of 1e-5: 1e-11 of rounding, 1e-10 of the third derivative.
      double tolerance = 1e-7 * (1 + largest(part));
      assertClose(part, expected, tolerance);
      assertThat(eigenvalues(part)[0]).isGreaterThan(-1e-12 * (1 + largest(part)));
    }
  }

  /** The loss's own Hessian by all outputs of the batch. */
  private static double[][] hessianOfOutputs(String loss, double[] z, int size) {
    double[][] hessian = new double[size][size];
    if (loss.startsWith("mse")) {
      for (int i = 0; i < size; i++) {
        hessian[i][i] = 2.0 / size;
      }
    } else if (loss.startsWith("sigmoid")) {
      for (int i = 0; i < size; i++) {
        double p = 1 / (1 + Math.exp(-z[i]));
        hessian[i][i] = p * (1 - p) / size;
      }
    } else {
      int classes = size / EXAMPLES;
      for (int row = 0; row < size; row += classes) {
        double sum = 0;
        for (int i = row; i < row + classes; i++) {
          sum += Math.exp(z[i]);
        }
        for (int i = row; i < row + classes; i++) {
          for (int j = row; j < row + classes; j++) {
            double p = Math.exp(z[i]) / sum;
            double q = Math.exp(z[j]) / sum;
            hessian[i][j] = ((i == j ? p : 0) - p * q) / EXAMPLES;
          }
        }
      }
    }
    return hessian;
  }

  @Test
  void ofALinearModelBothAreTheSame() throws IOException {
    Objective objective = Case.HALF_PLUS_TWO.objective();
    BatchSource data = objective.data().inOrder(new ExampleOrder.Sequential());
    try (CurvatureOperator hessian = operator(objective.loss(), data, Curvature.HESSIAN);
        CurvatureOperator gaussNewton = operator(objective.loss(), data, Curvature.GAUSS_NEWTON)) {
      int[] all = {0, 1};
      // A few roundings of numbers below 10.
      assertClose(part(gaussNewton, all), part(hessian, all), 1e-14);
    }
  }

  @Test
  void oneVariableAloneHasItsBlockOfTheMatrix() throws IOException {
    Path folder = MADE.resolve("tf1-images");
    LabelledArrays examples = arrays(Map.of("x", numbers(6, 6, 2), "keep_prob", one()), classes(3));
    Objective both =
        SavedModels.open(folder)
            .objective(
                examples,
                ObjectiveOptions.builder().parameters(Pattern.compile("dense|offset")).build());
    Objective alone =
        SavedModels.open(folder)
            .objective(
                examples,
                ObjectiveOptions.builder()
                    .parameters(Pattern.compile("dense|offset"))
                    .exclude(Pattern.compile("dense"))
                    .build());
    BatchSource data = both.data().inOrder(new ExampleOrder.Sequential());
    try (CurvatureOperator whole = operator(both.loss(), data, Curvature.HESSIAN);
        CurvatureOperator block = operator(alone.loss(), data, Curvature.HESSIAN)) {
      assertThat(block.parameters().parameters())
          .extracting(p -> p.name())
          .containsExactly("offset");
      int offset =
          whole.parameters().parameters().stream()
              .filter(p -> p.name().equals("offset"))
              .findFirst()
              .orElseThrow()
              .offset();
      // The same operations, whose order alone may differ.
      assertClose(
          part(block, new int[] {0, 1, 2}),
          part(whole, new int[] {offset, offset + 1, offset + 2}),
          1e-14);
    }
  }

  @Test
  void aGraphsOwnLossHasTheHessianOfItsLogits() throws IOException {
    Path folder = MADE.resolve("tf1-images");
    Map<String, DataArray> inputs =
        new HashMap<>(Map.of("x", numbers(6, 6, 2), "keep_prob", one()));
    Objective logits =
        SavedModels.open(folder).objective(arrays(inputs, classes(3)), ObjectiveOptions.DEFAULT);
    inputs.put("t", classes(3));
    assertThat(
            SavedModels.open(folder)
                .objective(arrays(inputs, classes(3)), ObjectiveOptions.DEFAULT)
                .warnings())
        .containsExactly("the output does not depend on input 't', which is not used");
    Objective own =
        SavedModels.open(folder)
            .objective(
                new LabelledArrays("", inputs, Optional.empty(), Optional.empty()),
                ObjectiveOptions.builder().lossOutput("loss").build());
    try (CurvatureOperator ofLogits =
            operator(
                logits.loss(),
                logits.data().inOrder(new ExampleOrder.Sequential()),
                Curvature.HESSIAN);
        CurvatureOperator ofLoss =
            operator(
                own.loss(), own.data().inOrder(new ExampleOrder.Sequential()), Curvature.HESSIAN)) {
      assertThat(ofLoss.loss()).isCloseTo(ofLogits.loss(), within(1e-14));
      assertThat(ofLoss.accuracy()).isNaN();
      double[] v = new Random(6).doubles(ofLoss.dimension(), -1, 1).toArray();
      double[] x = new double[v.length];
      double[] y = new double[v.length];
      ofLogits.apply(v, x);
      ofLoss.apply(v, y);
      // The same operations in double precision but for the local response normalisation, which
      // TensorFlow has in float32 and both have alike.
      assertThat(y).containsExactly(x, within(1e-12));
    }
  }
}
