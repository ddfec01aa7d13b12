package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.SavedModelDenseTest.Case;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fisher matrices and moments of gradients of SavedModels with each loss, in float64, held against
 * dense matrices made of differences of single examples' losses and of the outputs.
 */
class OutputMatricesTest {
  private static final int EXAMPLES = 4;
  private static final double STEP = 1e-5;

  /** First differences by that step: 1e-11 of rounding, 1e-10 of the third derivative. */
  private static final double DIFFERENCES = 1e-7;

  private record Subject(Objective objective, BatchSource data) {
    static Subject of(Case model) throws IOException {
      Objective objective = model.objective();
      return new Subject(objective, objective.data().inOrder(new ExampleOrder.Sequential()));
    }

    CurvatureOperator open(Curvature curvature, int miniBatch, int samples) {
      return new CurvatureOperator(
          objective.loss(),
          data,
          new CurvatureOperator.Options(
              curvature, miniBatch, Precision.FLOAT64, Device.CPU, 1L << 30, 0, 1, samples, 1));
    }

    double[][] part(Curvature curvature, int[] numbers) {
      try (CurvatureOperator operator = open(curvature, EXAMPLES, 3)) {
        // Double precision through a few hundred operations.
        assertThat(operator.checks().symmetry()).isLessThan(1e-12);
        return OutputMatricesTest.part(operator, numbers);
      }
    }

    int[] numbers() {
      try (LossAt loss = new LossAt(objective.loss(), data.read(0, EXAMPLES))) {
        return loss.spread(3);
      }
    }
  }

  private static double[][] part(CurvatureOperator operator, int[] numbers) {
    double[][] columns = Networks.columns(operator, numbers);
    return Arrays.stream(columns)
        .map(column -> Arrays.stream(numbers).mapToDouble(n -> column[n]).toArray())
        .toArray(double[][]::new);
  }

  /** The gradient of each example's own loss. */
  private static double[][] gradients(Subject subject, int[] numbers) {
    double[][] gradients = new double[EXAMPLES][numbers.length];
    for (int i = 0; i < EXAMPLES; i++) {
      try (LossAt loss = new LossAt(subject.objective().loss(), subject.data().read(i, 1))) {
        for (int k = 0; k < numbers.length; k++) {
          gradients[i][k] =
              (loss.moved(Map.of(numbers[k], STEP)) - loss.moved(Map.of(numbers[k], -STEP)))
                  / (2 * STEP);
        }
      }
    }
    return gradients;
  }

  private static double[][] secondMoment(double[][] gradients, double[] less) {
    int n = less.length;
    double[][] moment = new double[n][n];
    for (double[] g : gradients) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          moment[i][j] += (g[i] - less[i]) * (g[j] - less[j]) / gradients.length;
        }
      }
    }
    return moment;
  }

  private static void assertClose(double[][] actual, double[][] expected) {
    double largest = largest(expected);
    assertThat(largest).isPositive();
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).containsExactly(expected[i], within(DIFFERENCES * (1 + largest)));
    }
  }

  private static double largest(double[][] matrix) {
    return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
  }

  private static double form(double[][] matrix, double[] v) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      for (int j = 0; j < v.length; j++) {
        sum += v[i] * matrix[i][j] * v[j];
      }
    }
    return sum;
  }

  /** But of a model whose outputs depend on how many examples there are. */
  @ParameterizedTest
  @EnumSource(value = Case.class, names = "TF2_LOOPS", mode = EnumSource.Mode.EXCLUDE)
  void momentsAreThoseOfTheExamplesGradients(Case model) throws IOException {
    Subject subject = Subject.of(model);
    int[] numbers = subject.numbers();
    double[][] gradients = gradients(subject, numbers);
    double[] mean = new double[numbers.length];
    for (double[] g : gradients) {
      Arrays.setAll(mean, k -> mean[k] + g[k] / EXAMPLES);
    }
    assertClose(
        subject.part(Curvature.EMPIRICAL_FISHER, numbers),
        secondMoment(gradients, new double[numbers.length]));
    double[][] covariance = subject.part(Curvature.GRADIENT_COVARIANCE, numbers);
    assertClose(covariance, secondMoment(gradients, mean));
    for (int probe = 0; probe < 20; probe++) {
      double[] v = Networks.gaussian(numbers.length, probe);
      // Rounding of differences between numbers of the second moment's size.
      assertThat(form(covariance, v)).isGreaterThan(-1e-10 * (1 + largest(covariance)));
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void theFisherIsTheExpectationOverAllLabels(Case model) throws IOException {
    Subject subject = Subject.of(model);
    int[] numbers = subject.numbers();
    Batch batch = subject.data().read(0, EXAMPLES);
    double[][] expected = new double[numbers.length][numbers.length];
    try (LossAt loss = new LossAt(subject.objective().loss(), batch)) {
      double[][] jacobian = loss.jacobian(numbers, STEP);
      double[] z = loss.outputs(Map.of());
      int labels =
          Math.toIntExact(
              Arrays.stream(batch.array(Batch.LABELS).shape()).reduce(1, Math::multiplyExact));
      String kind = subject.objective().description();
      int width = kind.startsWith("softmax") ? z.length / labels : 1;
      for (int from = 0; from < z.length; from += width) {
        addTerm(kind, z, from, width, jacobian, z.length / (double) width, expected);
      }
    }
    assertClose(subject.part(Curvature.FISHER, numbers), expected);
  }

  /** Adds Σ_y p(y)·(∇ℓ)(∇ℓ)ᵀ/M for one term. */
  private static void addTerm(
      String kind,
      double[] z,
      int from,
      int width,
      double[][] jacobian,
      double terms,
      double[][] sum) {
    if (kind.startsWith("mse")) {
      // E[(2(z − t))²] at variance ½.
      addSquare(jacobian, from, new double[] {1}, 2 / terms, sum);
    } else if (kind.startsWith("sigmoid")) {
      double p = 1 / (1 + Math.exp(-z[from]));
      addSquare(jacobian, from, new double[] {p - 1}, p / terms, sum);
      addSquare(jacobian, from, new double[] {p}, (1 - p) / terms, sum);
    } else {
      double total = Arrays.stream(z, from, from + width).map(Math::exp).sum();
      double[] p = Arrays.stream(z, from, from + width).map(x -> Math.exp(x) / total).toArray();
      for (int y = 0; y < width; y++) {
        double[] slope = p.clone();
        slope[y] -= 1;
        addSquare(jacobian, from, slope, p[y] / terms, sum);
      }
    }
  }

  private static void addSquare(
      double[][] jacobian, int from, double[] slope, double weight, double[][] sum) {
    double[] gradient = new double[sum.length];
    for (int c = 0; c < slope.length; c++) {
      for (int k = 0; k < gradient.length; k++) {
        gradient[k] += slope[c] * jacobian[from + c][k];
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      for (int j = 0; j < gradient.length; j++) {
        sum[i][j] += weight * gradient[i] * gradient[j];
      }
    }
  }

  /** The mean over seeds of vᵀF̂v, and how its variance falls with the number of samples. */
  @ParameterizedTest
  @EnumSource(
      value = Case.class,
      names = {"KERAS_IMAGES", "KERAS_SEQUENCE", "KERAS_ATTENTION", "TF1_LOOPS", "TF2_LOOPS"})
  void samplesGiveTheFisherOnAverage(Case model) throws IOException {
    Subject subject = Subject.of(model);
    double exact;
    double[] v;
    try (CurvatureOperator fisher = subject.open(Curvature.FISHER, EXAMPLES, 1)) {
      v = Networks.gaussian(fisher.dimension(), 4);
      double[] product = new double[v.length];
      fisher.apply(v, product);
      exact = dot(v, product);
    }
    int seeds = 200;
    double[] single = forms(subject, v, 1, seeds);
    double[] eightfold = forms(subject, v, 8, seeds);
    assertThat(Arrays.stream(single).min().orElseThrow()).isNotNegative();
    for (double[] forms : new double[][] {single, eightfold}) {
      assertThat(mean(forms)).isCloseTo(exact, within(4 * Math.sqrt(variance(forms) / seeds)));
    }
    // Variances of 200 numbers have relative errors of 10 % if these are normal.
    assertThat(variance(single) / variance(eightfold)).isBetween(3.0, 20.0);
  }

  private static double[] forms(Subject subject, double[] v, int samples, int seeds) {
    double[] forms = new double[seeds];
    try (CompiledLoss loss =
        new CompiledLoss(
            subject.objective().loss().lossGraph(EXAMPLES, Precision.FLOAT64),
            subject.objective().loss().weights(),
            Curvature.MONTE_CARLO_FISHER,
            samples,
            Device.CPU)) {
      Batch batch = subject.data().read(0, EXAMPLES);
      for (int seed = 0; seed < seeds; seed++) {
        Batch drawn = loss.forProducts(batch, seed, 0);
        forms[seed] = dot(v, loss.products(drawn, new double[][] {v}, 1)[0]);
      }
    }
    return forms;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
  }

  /** Of whichever mini-batches, the same labels are drawn; with others the matrix is another. */
  @Test
  void drawsDoNotDependOnMiniBatches() throws IOException {
    Subject subject = Subject.of(Case.KERAS_IMAGES);
    int[] numbers = subject.numbers();
    double[][] whole;
    try (CurvatureOperator operator = subject.open(Curvature.MONTE_CARLO_FISHER, EXAMPLES, 2)) {
      whole = part(operator, numbers);
    }
    try (CurvatureOperator operator = subject.open(Curvature.MONTE_CARLO_FISHER, 3, 2)) {
      assertThat(operator.miniBatches()).isEqualTo(2);
      double[][] cut = part(operator, numbers);
      for (int i = 0; i < cut.length; i++) {
        // Sums in another order.
        assertThat(cut[i]).containsExactly(whole[i], within(1e-12 * (1 + largest(whole))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Curvature.class, names = "HESSIAN", mode = EnumSource.Mode.EXCLUDE)
  void aGraphsOwnLossHasTheHessianAlone(Curvature curvature) throws IOException {
    Path folder =
        Path.of(System.getProperty("hesse.root")).resolve("testdata/savedmodels/tf1-images");
    long[] shape = {EXAMPLES, 6, 6, 2};
    Map<String, DataArray> inputs =
        Map.of(
            "x", StoredTensor.of(shape, new Random(1).doubles(EXAMPLES * 72).toArray()),
            "keep_prob", StoredTensor.of(new long[0], new double[] {1}),
            "t", StoredTensor.of(new long[] {EXAMPLES}, new int[] {0, 1, 2, 1}));
    Objective own =
        SavedModels.open(folder)
            .objective(
                new LabelledArrays("", inputs, Optional.empty(), Optional.empty()),
                ObjectiveOptions.builder().lossOutput("loss").build());
    Subject subject = new Subject(own, own.data().inOrder(new ExampleOrder.Sequential()));
    assertThatThrownBy(() -> subject.open(curvature, EXAMPLES, 1))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the matrix " + curvature.label() + " needs ")
        .hasMessageContaining("the graph computes it");
  }
}
