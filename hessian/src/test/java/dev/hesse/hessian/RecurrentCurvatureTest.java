package dev.hesse.hessian;

import static dev.hesse.hessian.Networks.gaussian;
import static dev.hesse.hessian.Networks.relativeDifference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.ExampleTable;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.SignatureDef;

/** The Hessian of a network with loops: masked words, an LSTM in both directions and a GRU. */
class RecurrentCurvatureTest {
  private static final Path MODEL =
      Path.of(System.getProperty("hesse.root"), "testdata", "savedmodels", "keras-sequence");
  private static final int WORDS = 5;

  private static LossModel model() throws IOException {
    SavedModels model = SavedModels.open(MODEL, OptionalLong.empty(), SavedModels.TAG_DEFAULT);
    SignatureDef signature = Objects.requireNonNull(model.signatures().get("serving_default"));
    String input = signature.getInputsMap().values().iterator().next().getName();
    String output = signature.getOutputsMap().values().iterator().next().getName();
    return model.loss(
        new Spec(
            output,
            List.of(new Input(input, "words", List.of((long) WORDS))),
            Loss.SOFTMAX_CROSS_ENTROPY,
            false));
  }

  /** Words from 0, which is masked, to 5. */
  private static BatchSource data(int examples) {
    Random random = new Random(1);
    int[] words = random.ints((long) examples * WORDS, 0, 6).toArray();
    int[] classes = random.ints(examples, 0, 2).toArray();
    return new ExampleTable(
            "sentences",
            Map.of(
                "words",
                StoredTensor.of(new long[] {examples, WORDS}, words),
                Batch.LABELS,
                StoredTensor.of(new long[] {examples}, classes)))
        .inOrder(new ExampleOrder.Sequential());
  }

  private static CurvatureOperator hessian(LossModel model) {
    return new CurvatureOperator(
        model,
        data(4),
        new CurvatureOperator.Options(
            Curvature.HESSIAN, 4, Precision.FLOAT64, Device.CPU, 1L << 30));
  }

  /** The model with its parameters moved along v. */
  private record Moved(LossModel model, Map<String, double[]> weights) implements LossModel {
    static Moved along(LossModel model, double[] v, double step) {
      Map<String, double[]> weights = new HashMap<>(model.weights());
      model
          .parameters()
          .parameters()
          .forEach(
              parameter ->
                  weights.computeIfPresent(
                      parameter.name(),
                      (name, values) -> {
                        double[] moved = values.clone();
                        Arrays.setAll(moved, i -> values[i] + step * v[parameter.offset() + i]);
                        return moved;
                      }));
      return new Moved(model, weights);
    }

    @Override
    public LossGraph lossGraph(int batchSize, Precision precision) {
      return model.lossGraph(batchSize, precision);
    }

    @Override
    public ParameterLayout parameters() {
      return model.parameters();
    }
  }

  private static double[] gradient(LossModel model) {
    try (CurvatureOperator operator = hessian(model)) {
      return operator.gradient();
    }
  }

  @Test
  void theDenseMatrixIsSymmetricAndEqualsFiniteDifferencesOfTheGradient() throws IOException {
    LossModel model = model();
    try (CurvatureOperator operator = hessian(model)) {
      int n = operator.dimension();
      double[][] dense = Networks.dense(operator);
      double norm = 0;
      double asymmetry = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          norm = Math.max(norm, Math.abs(dense[i][j]));
          asymmetry = Math.max(asymmetry, Math.abs(dense[i][j] - dense[j][i]));
        }
      }
      assertThat(norm).isGreaterThan(1e-3);
      // Float64, of unit roundoff 1e-16, through about a hundred operations in a row.
      assertThat(asymmetry).isLessThan(1e-13 * norm);
      assertThat(operator.checks().unusedParameters()).isEmpty();

      // A difference in any entry shows along a random direction.
      double step = 1e-5;
      double[] v = gaussian(n, 1);
      double[] above = gradient(Moved.along(model, v, step));
      double[] below = gradient(Moved.along(model, v, -step));
      double[] expected = new double[n];
      double[] product = new double[n];
      for (int i = 0; i < n; i++) {
        expected[i] = (above[i] - below[i]) / (2 * step);
        for (int j = 0; j < n; j++) {
          product[i] += dense[i][j] * v[j];
        }
      }
      // Central differences are off by h² times third derivatives and by u·‖g‖/h: 1e-10 each.
      assertThat(relativeDifference(product, expected)).isLessThan(1e-7);
    }
  }
}
