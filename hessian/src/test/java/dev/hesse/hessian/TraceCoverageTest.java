package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.Mean;
import dev.hesse.hessian.linalg.ProbeDistribution;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SumOperator;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often the interval around a trace covers the true one, on a network's Hessian. */
class TraceCoverageTest {
  private static final int SEEDS = 200;

  /** Of a normal distribution, for 95 %. */
  private static final double QUANTILE = 1.96;

  /** The matrices of four mini-batches of 25 examples each. */
  private record Terms(double[][][] matrices) implements SumOperator {
    @Override
    public int dimension() {
      return matrices[0].length;
    }

    @Override
    public void apply(double[] x, double[] y) {
      for (int i = 0; i < y.length; i++) {
        y[i] = 0;
        for (double[][] matrix : matrices) {
          y[i] += dot(matrix[i], x);
        }
      }
    }

    @Override
    public int terms() {
      return matrices.length;
    }

    @Override
    public double share(int term) {
      return 1.0 / matrices.length;
    }

    @Override
    public void applyTerm(int term, double[][] x, double[][] y) {
      for (int k = 0; k < x.length; k++) {
        for (int i = 0; i < x[k].length; i++) {
          y[k][i] = dot(matrices[term][i], x[k]);
        }
      }
    }

    double trace() {
      double sum = 0;
      for (double[][] matrix : matrices) {
        for (int i = 0; i < matrix.length; i++) {
          sum += matrix[i][i];
        }
      }
      return sum;
    }

    private static double dot(double[] x, double[] y) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += x[i] * y[i];
      }
      return sum;
    }
  }

  private static Terms hessian;

  @BeforeAll
  static void materialize() {
    ResNetConfig config = new ResNetConfig(8, 1, 10, true, true, Shortcut.B);
    CurvatureOperator.Options options =
        new CurvatureOperator.Options(
            Curvature.HESSIAN, 100, Precision.FLOAT64, Device.CPU, 1L << 30, 0, 0, 4);
    try (CurvatureOperator operator =
        new CurvatureOperator(Networks.random(config, 5), Networks.data(100, 10, 6), options)) {
      int n = operator.dimension();
      double[][] units = new double[n][n];
      for (int i = 0; i < n; i++) {
        units[i][i] = 1;
      }
      double[][][] matrices = new double[operator.terms()][n][n];
      for (int t = 0; t < matrices.length; t++) {
        operator.applyTerm(t, units, matrices[t]);
      }
      hessian = new Terms(matrices);
    }
  }

  @Test
  void theExamplesAreCutIntoFour() {
    assertThat(hessian.terms()).isEqualTo(4);
  }

  /** Of 200 seeds, 90 to 98 %. */
  @ParameterizedTest(name = "{0} steps, then {1} products, {2}")
  @CsvSource({
    "0, 12, RADEMACHER",
    "10, 3, RADEMACHER",
    "20, 8, RADEMACHER",
    "20, 8, GAUSSIAN",
    "20, 8, SPHERICAL"
  })
  void theIntervalCovers(int steps, int products, ProbeDistribution distribution) {
    double exact = hessian.trace();
    int covered = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Lanczos space = Lanczos.fromGaussian(hessian, seed, Long.MAX_VALUE);
      for (int i = 0; i < steps; i++) {
        space.step();
      }
      Mean trace =
          HutchinsonTrace.estimate(
                  hessian,
                  space,
                  new int[] {0, hessian.dimension()},
                  new HutchinsonTrace.Options(products, 0, distribution),
                  seed,
                  Progress.NONE)
              .trace();
      covered += Math.abs(trace.value() - exact) <= QUANTILE * trace.standardError() ? 1 : 0;
    }
    assertThat(covered).isBetween(180, 196);
  }
}
