package dev.hesse.hessian;

import static dev.hesse.hessian.Networks.gaussian;
import static dev.hesse.hessian.Networks.relativeDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CurvatureOperatorTest {
  private static final long AMPLE = 1L << 32;

  /** Rounding in float32 through about ten layers, relative to a vector's norm. */
  private static final double SINGLE = 1e-5;

  /** Rounding in float64 through about ten layers, relative to a vector's norm. */
  private static final double DOUBLE = 1e-13;

  static final List<ResNetConfig> KINDS = Networks.KINDS;

  private static CurvatureOperator open(
      ResNet net, BatchSource data, int miniBatch, Precision precision, long memory) {
    return open(net, data, miniBatch, precision, memory, Curvature.HESSIAN);
  }

  private static CurvatureOperator open(
      ResNet net,
      BatchSource data,
      int miniBatch,
      Precision precision,
      long memory,
      Curvature curvature) {
    return new CurvatureOperator(
        net,
        data,
        new CurvatureOperator.Options(curvature, miniBatch, precision, Device.CPU, memory));
  }

  /** What the values of one mini-batch take that a product reads. */
  private static long bytesPerBatch(ResNet net, int miniBatch) {
    try (CompiledLoss loss =
        new CompiledLoss(
            net.lossGraph(miniBatch, Precision.FLOAT64),
            net.weights(),
            Curvature.HESSIAN,
            Device.CPU)) {
      return loss.bytesPerBatch();
    }
  }

  private static double[] times(CurvatureOperator operator, double[] x) {
    double[] y = new double[x.length];
    operator.apply(x, y);
    return y;
  }

  /**
   * Central differences of the float64 gradient along v, at step h = 1e-7. They are off by about
   * u·‖g‖/h ≈ 1e-9 and by kinks of ReLUs that lie between the two points, so few at this h that
   * 1e-6 holds for these seeds.
   */
  @ParameterizedTest
  @FieldSource("KINDS")
  void productEqualsFiniteDifferencesOfTheGradient(ResNetConfig config) {
    ResNet net = Networks.random(config, 1);
    BatchSource data = Networks.data(3, config.classes(), 2);
    try (CurvatureOperator operator = open(net, data, 3, Precision.FLOAT64, AMPLE)) {
      double[] v = gaussian(operator.dimension(), 3);
      double step = 1e-7;
      double[] above = gradientAt(moved(net, v, step), data);
      double[] below = gradientAt(moved(net, v, -step), data);
      double[] expected = new double[v.length];
      Arrays.setAll(expected, i -> (above[i] - below[i]) / (2 * step));
      assertThat(relativeDifference(times(operator, v), expected)).isLessThan(1e-6);
    }
  }

  private static double[] gradientAt(ResNet net, BatchSource data) {
    try (CurvatureOperator operator = open(net, data, data.examples(), Precision.FLOAT64, AMPLE)) {
      return operator.gradient();
    }
  }

  private static ResNet moved(ResNet net, double[] v, double step) {
    Map<String, double[]> weights = new HashMap<>(net.weights());
    net.parameters()
        .parameters()
        .forEach(
            parameter -> {
              double[] values = weights.get(parameter.name()).clone();
              for (int i = 0; i < values.length; i++) {
                values[i] += step * v[parameter.offset() + i];
              }
              weights.put(parameter.name(), values);
            });
    return new ResNet(net.config(), weights);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void singlePrecisionAgreesWithDouble(ResNetConfig config) {
    ResNet net = Networks.random(config, 4);
    BatchSource data = Networks.data(8, config.classes(), 5);
    try (CurvatureOperator single = open(net, data, 8, Precision.FLOAT32, AMPLE);
        CurvatureOperator exact = open(net, data, 8, Precision.FLOAT64, AMPLE)) {
      double[] v = gaussian(exact.dimension(), 6);
      Arrays.setAll(v, i -> (float) v[i]);
      assertThat(single.loss()).isCloseTo(exact.loss(), within(1e-6 * exact.loss()));
      assertThat(relativeDifference(single.gradient(), exact.gradient())).isLessThan(SINGLE);
      assertThat(relativeDifference(times(single, v), times(exact, v))).isLessThan(SINGLE);
    }
  }

  @Test
  void theDenseMatrixIsSymmetricAndBlocksEqualSingleProducts() {
    ResNet net = Networks.random(Networks.SMALLEST, 7);
    BatchSource data = Networks.data(2, 10, 8);
    try (CurvatureOperator operator =
        open(net, data, 1, Precision.FLOAT64, 2 * bytesPerBatch(net, 1))) {
      int n = operator.dimension();
      double[][] dense = Networks.dense(operator);
      double norm = 0;
      double asymmetry = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          norm += dense[i][j] * dense[i][j];
          asymmetry += Math.pow(dense[i][j] - dense[j][i], 2);
        }
      }
      assertThat(Math.sqrt(asymmetry / norm)).isLessThan(DOUBLE);
      double[] v = gaussian(n, 9);
      double[] expected = new double[n];
      Arrays.setAll(
          expected, i -> Arrays.stream(index(n)).mapToDouble(j -> dense[i][j] * v[j]).sum());
      assertThat(relativeDifference(times(operator, v), expected)).isLessThan(DOUBLE);
      assertThat(operator.checks().symmetry()).isLessThan(DOUBLE);
    }
  }

  private static int[] index(int n) {
    int[] index = new int[n];
    Arrays.setAll(index, i -> i);
    return index;
  }

  @Test
  void keptValuesGiveTheSameProductsAsNewOnes() {
    ResNet net = Networks.random(Networks.SMALLEST, 10);
    BatchSource data = Networks.data(4, 10, 11);
    try (CurvatureOperator kept = open(net, data, 2, Precision.FLOAT64, AMPLE);
        CurvatureOperator anew = open(net, data, 2, Precision.FLOAT64, 2 * bytesPerBatch(net, 2))) {
      assertThat(kept.preferredBlock()).isEqualTo(1);
      assertThat(anew.preferredBlock()).isGreaterThan(1);
      double[] v = gaussian(kept.dimension(), 12);
      assertThat(relativeDifference(times(kept, v), times(anew, v))).isLessThan(DOUBLE);
    }
  }

  @Test
  void miniBatchesAreWeightedByTheirExamplesWhetherKeptOrNot() {
    ResNet net = Networks.random(Networks.SMALLEST, 13);
    BatchSource data = Networks.data(7, 10, 14);
    try (CurvatureOperator whole = open(net, data, 7, Precision.FLOAT64, AMPLE)) {
      double[] v = gaussian(whole.dimension(), 15);
      double[] expected = times(whole, v);
      long perBatch = bytesPerBatch(net, 3);
      // Room for a product only, for one kept mini-batch beside it, and for all.
      for (long memory : new long[] {2 * perBatch, 3 * perBatch, AMPLE}) {
        try (CurvatureOperator parts = open(net, data, 3, Precision.FLOAT64, memory)) {
          assertThat(relativeDifference(times(parts, v), expected)).isLessThan(DOUBLE);
          assertThat(relativeDifference(parts.gradient(), whole.gradient())).isLessThan(DOUBLE);
          assertThat(parts.loss()).isCloseTo(whole.loss(), within(DOUBLE * whole.loss()));
          assertThat(parts.accuracy()).isEqualTo(whole.accuracy());
        }
      }
    }
  }

  @Test
  void gaussNewtonIsPositiveSemidefiniteAndTheHessianWhereTheNetworkIsLinear() {
    ResNet net = Networks.random(Networks.SMALLEST, 16);
    BatchSource data = Networks.data(3, 10, 17);
    try (CurvatureOperator ggn =
            open(net, data, 3, Precision.FLOAT64, AMPLE, Curvature.GAUSS_NEWTON);
        CurvatureOperator hessian = open(net, data, 3, Precision.FLOAT64, AMPLE)) {
      int n = ggn.dimension();
      double[][] dense = new double[n][n];
      for (int i = 0; i < n; i++) {
        double[] unit = new double[n];
        unit[i] = 1;
        ggn.apply(unit, dense[i]);
      }
      var eigen = DecompositionFactory_DDRM.eig(n, false, true);
      eigen.decompose(new DMatrixRMaj(dense));
      double[] values = new double[n];
      Arrays.setAll(values, i -> eigen.getEigenvalue(i).getReal());
      Arrays.sort(values);
      assertThat(values[0]).isGreaterThan(-DOUBLE * values[n - 1]);
      // Three examples of ten classes: rank at most 3 · 9.
      assertThat(values[n - 28]).isLessThan(1e-10 * values[n - 1]);

      double[] classifier = new double[n];
      var last = ggn.parameters().parameters().get(ggn.parameters().parameters().size() - 2);
      System.arraycopy(gaussian(last.size(), 18), 0, classifier, last.offset(), last.size());
      double[] linear = times(ggn, classifier);
      double[] exact = times(hessian, classifier);
      assertThat(
              relativeDifference(
                  Arrays.copyOfRange(linear, last.offset(), n),
                  Arrays.copyOfRange(exact, last.offset(), n)))
          .isLessThan(DOUBLE);
    }
  }

  @Test
  void aBudgetTooSmallForOneProductIsRefusedWithASizeThatFits() {
    ResNet net = Networks.random(Networks.SMALLEST, 21);
    BatchSource data = Networks.data(8, 10, 22);
    long perBatch = bytesPerBatch(net, 8);
    assertThatThrownBy(() -> open(net, data, 8, Precision.FLOAT64, perBatch))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a product over 8 examples at once takes about")
        .hasMessageEndingWith("Allow more memory or a mini-batch of at most 3.");
    open(net, data, 3, Precision.FLOAT64, perBatch).close();
  }

  @Test
  void nonFiniteWeightsAreRefused() {
    ResNet net = Networks.random(Networks.SMALLEST, 19);
    net.weights().get("fc.bias")[0] = Double.NaN;
    assertThatThrownBy(() -> open(net, Networks.data(2, 10, 20), 2, Precision.FLOAT32, AMPLE))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the loss is NaN");
  }
}
