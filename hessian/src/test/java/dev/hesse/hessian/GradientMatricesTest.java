package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fisher matrices and the gradients' moments, in float64, against single examples' gradients. */
class GradientMatricesTest {
  private static final int EXAMPLES = 5;
  private static final ResNet NET =
      Networks.random(new ResNetConfig(8, 2, 4, true, true, Shortcut.B), 3);
  private static final BatchSource DATA = Networks.data(EXAMPLES, 4, 5);

  /** Sums of five terms of products of gradients, which are exact to about 1e-13. */
  private static final double ROUNDING = 1e-11;

  private static CurvatureOperator open(
      BatchSource data, Curvature curvature, int miniBatch, long memory, long seed, int strata) {
    return new CurvatureOperator(
        NET,
        data,
        new CurvatureOperator.Options(
            curvature, miniBatch, Precision.FLOAT64, Device.CPU, memory, 0, seed, 1, strata));
  }

  private static CurvatureOperator open(Curvature curvature, long seed) {
    return open(DATA, curvature, 3, 1L << 30, seed, 1);
  }

  private static double[] times(CurvatureOperator operator, double[] v) {
    double[] y = new double[v.length];
    operator.apply(v, y);
    return y;
  }

  private static List<double[]> gradients() {
    List<double[]> gradients = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      BatchSource one = DATA.reordered(rotation(i));
      try (CompiledLoss loss =
          new CompiledLoss(
              NET.lossGraph(1, Precision.FLOAT64), NET.weights(), Curvature.HESSIAN, Device.CPU)) {
        gradients.add(loss.gradient(one.read(0, 1)));
      }
    }
    return gradients;
  }

  private static int[] rotation(int first) {
    return IntStream.range(0, EXAMPLES).map(i -> (i + first) % EXAMPLES).toArray();
  }

  private static double[] secondMoment(List<double[]> gradients, double[] v) {
    double[] y = new double[v.length];
    for (double[] g : gradients) {
      double along = dot(g, v) / EXAMPLES;
      for (int k = 0; k < y.length; k++) {
        y[k] += along * g[k];
      }
    }
    return y;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void assertSame(double[] actual, double[] expected) {
    double[] difference = actual.clone();
    Arrays.setAll(difference, i -> actual[i] - expected[i]);
    assertThat(Math.sqrt(dot(difference, difference) / dot(expected, expected)))
        .isLessThan(ROUNDING);
  }

  /** Over mini-batches of three and two, kept and not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theEmpiricalFisherIsTheGradientsSecondMoment(boolean kept) {
    double[] v = Networks.gaussian(NET.parameters().dimension(), 1);
    double[] expected = secondMoment(gradients(), v);
    long memory = kept ? 1L << 30 : leastMemory();
    try (CurvatureOperator operator = open(DATA, Curvature.EMPIRICAL_FISHER, 3, memory, 1, 1)) {
      assertThat(operator.keptMiniBatches()).isEqualTo(kept ? 2 : 0);
      assertSame(times(operator, v), expected);
    }
  }

  private static long leastMemory() {
    try (CompiledLoss loss =
        new CompiledLoss(
            NET.lossGraph(3, Precision.FLOAT64),
            NET.weights(),
            Curvature.EMPIRICAL_FISHER,
            Device.CPU)) {
      return 2 * loss.bytesPerBatch();
    }
  }

  @Test
  void theCovarianceLacksTheMeanGradient() {
    double[] v = Networks.gaussian(NET.parameters().dimension(), 2);
    double[] expected = secondMoment(gradients(), v);
    try (CurvatureOperator operator = open(Curvature.GRADIENT_COVARIANCE, 1)) {
      double[] g = operator.gradient();
      double along = dot(g, v);
      for (int k = 0; k < expected.length; k++) {
        expected[k] -= along * g[k];
      }
      assertSame(times(operator, v), expected);
      double[] parts = new double[v.length];
      double[][] part = new double[1][v.length];
      for (int t = 0; t < operator.terms(); t++) {
        operator.applyTerm(t, new double[][] {v}, part);
        for (int k = 0; k < parts.length; k++) {
          parts[k] += part[0][k];
        }
      }
      assertSame(parts, expected);
    }
  }

  @Test
  void theFisherOfASoftmaxIsItsGaussNewtonMatrix() {
    double[] v = Networks.gaussian(NET.parameters().dimension(), 3);
    try (CurvatureOperator fisher = open(Curvature.FISHER, 1);
        CurvatureOperator gaussNewton = open(Curvature.GAUSS_NEWTON, 1)) {
      assertSame(times(fisher, v), times(gaussNewton, v));
    }
  }

  /** The mean over seeds of vᵀF̂v: within four of its standard errors of vᵀFv. */
  @Test
  void drawnLabelsGiveTheFisherOnAverage() {
    double[] v = Networks.gaussian(NET.parameters().dimension(), 4);
    double exact;
    try (CurvatureOperator fisher = open(Curvature.FISHER, 1)) {
      exact = dot(v, times(fisher, v));
    }
    int seeds = 200;
    double[] forms = new double[seeds];
    try (CompiledLoss loss =
        new CompiledLoss(
            NET.lossGraph(EXAMPLES, Precision.FLOAT64),
            NET.weights(),
            Curvature.MONTE_CARLO_FISHER,
            Device.CPU)) {
      for (int seed = 0; seed < seeds; seed++) {
        Batch drawn = loss.forProducts(DATA.read(0, EXAMPLES), seed, 0);
        forms[seed] = dot(v, loss.products(drawn, new double[][] {v}, 1)[0]);
        assertThat(forms[seed]).isNotNegative();
      }
    }
    try (CurvatureOperator operator = open(Curvature.MONTE_CARLO_FISHER, 1)) {
      assertSame(times(operator, v), times(operator, v));
    }
    double mean = Arrays.stream(forms).average().orElseThrow();
    double squares = Arrays.stream(forms).map(f -> (f - mean) * (f - mean)).sum();
    assertThat(mean).isCloseTo(exact, within(4 * Math.sqrt(squares / seeds / (seeds - 1))));
  }

  /** Cutting by residuals changes neither the matrix nor loss and gradient. */
  @Test
  void strataChangeTheOrderAlone() {
    double[] v = Networks.gaussian(NET.parameters().dimension(), 5);
    BatchSource data = Networks.data(60, 4, 6);
    try (CurvatureOperator whole = open(data, Curvature.HESSIAN, 60, 4L << 30, 1, 1);
        CurvatureOperator cut = open(data, Curvature.HESSIAN, 60, 4L << 30, 1, 2)) {
      assertThat(whole.terms()).isEqualTo(1);
      assertThat(cut.terms()).isEqualTo(2);
      assertThat(cut.miniBatch()).isEqualTo(30);
      assertThat(cut.loss()).isCloseTo(whole.loss(), within(1e-12));
      assertSame(cut.gradient(), whole.gradient());
      assertSame(times(cut, v), times(whole, v));
    }
  }
}
