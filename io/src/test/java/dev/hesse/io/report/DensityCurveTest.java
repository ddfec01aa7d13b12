package dev.hesse.io.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.Run;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DensityCurveTest {

  private static Run run(double... nodesThenWeights) {
    int count = nodesThenWeights.length / 2;
    double[] nodes = new double[count];
    double[] weights = new double[count];
    System.arraycopy(nodesThenWeights, 0, nodes, 0, count);
    System.arraycopy(nodesThenWeights, count, weights, 0, count);
    return Run.of(nodes, weights);
  }

  private static DensityCurve standard(Run... runs) {
    return DensityCurve.of(List.of(runs), null, Smoothing.standard(List.of(runs)));
  }

  /** ∫ (x − centre)^power p(x) dx by the trapezoid rule. */
  private static double moment(DensityCurve curve, double centre, int power) {
    double[] x = curve.grid();
    double[] p = curve.values();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double width = (x[Math.min(i + 1, x.length - 1)] - x[Math.max(i - 1, 0)]) / 2;
      sum += width * Math.pow(x[i] - centre, power) * p[i];
    }
    return sum;
  }

  /** PyHessian's formula, point by point. */
  @Test
  void equalsPyHessiansWhereItsGridIsFineEnough() {
    Run run = run(-0.2, 0.1, 0.7, 0.25, 0.5, 0.25);
    DensityCurve curve = standard(run);
    double lambdaMin = -0.2 - 0.01;
    double lambdaMax = 0.7 + 0.01;
    double sigma2 = 1e-5 * Math.max(1, lambdaMax - lambdaMin);
    double[] expected = new double[10_000];
    double sum = 0;
    for (int j = 0; j < expected.length; j++) {
      double x = lambdaMin + (lambdaMax - lambdaMin) * j / 9_999;
      for (int i = 0; i < 3; i++) {
        double distance = x - run.nodes().get(i);
        expected[j] +=
            run.weights().get(i)
                * Math.exp(-distance * distance / (2 * sigma2))
                / Math.sqrt(2 * Math.PI * sigma2);
      }
      sum += expected[j];
    }

    double[] values = curve.values();
    double peak = 0.5 / Math.sqrt(2 * Math.PI * sigma2);
    for (int j = 0; j < expected.length; j++) {
      expected[j] /= sum * (lambdaMax - lambdaMin) / 9_999;
      // x is off by rounding only: 1e-16 of the range, times the slope of about peak/σ.
      assertThat(values[j]).isCloseTo(expected[j], within(1e-11 * peak));
    }
    assertThat(curve.grid()[0]).isCloseTo(lambdaMin, within(1e-15));
    assertThat(curve.grid()[9_999]).isCloseTo(lambdaMax, within(1e-14));
  }

  static Stream<Run> spectra() {
    return Stream.of(
        run(0, 1),
        run(5e5, 1),
        run(-3, 1),
        run(0, 1e-12, 0.5, 0.5),
        run(-2, -1, -0.5, 0.2, 0.3, 0.5),
        run(-47, 0.1, 2496, 0.1, 0.8, 0.1),
        run(0, 1e3, 0.5, 0.5),
        run(0, 333_333.3, 1e6, 0.5, 0.25, 0.25),
        run(-1e12, 7, 1e12, 0.3, 0.4, 0.3));
  }

  @ParameterizedTest
  @MethodSource("spectra")
  void integratesToOneAndKeepsTheMean(Run run) {
    DensityCurve curve = standard(run);
    double mean = 0;
    for (int i = 0; i < run.nodes().size(); i++) {
      mean += run.nodes().get(i) * run.weights().get(i);
    }
    double range = curve.grid()[9_999] - curve.grid()[0];

    // The trapezoid rule halves the two end points. The margin of √10·σ, at least 5 spacings h, has
    // h/σ ≤ 0.63 where the Gaussian reaches the end: at most φ(√10)·0.63/2 = 8.5e-4 of the weight.
    assertThat(moment(curve, mean, 0)).isCloseTo(1, within(1e-3));
    assertThat(moment(curve, mean, 1)).isCloseTo(0, within(1e-3 * range));
    assertThat(curve.values()).hasSize(10_000).doesNotContain(Double.NaN);
  }

  @Test
  void aGivenGridHoldsTheSameCurve() {
    Run run = run(-2, -1, -0.5, 0.2, 0.3, 0.5);
    double sigma = 0.1;
    DensityCurve curve = DensityCurve.on(-3, 0.01, 401, List.of(run), sigma);
    assertThat(curve.grid()[400]).isCloseTo(1, within(1e-14));
    // The nearest end is 10σ off; h = σ/10 sums a Gaussian to rounding.
    assertThat(moment(curve, 0, 0)).isCloseTo(1, within(1e-12));
    double atFirstNode = 0.2 / (sigma * Math.sqrt(2 * Math.PI));
    assertThat(curve.values()[100]).isCloseTo(atFirstNode, within(1e-12 * atFirstNode));
  }

  @Test
  void weightDoesNotDependOnWhereItLiesInACell() {
    // σ = 3.2, spacing 100: PyHessian gives such a node anything from nothing to 13 times its due.
    Random random = new Random(1);
    for (int trial = 0; trial < 50; trial++) {
      double middle = 5e5 + 1e3 * random.nextDouble();
      DensityCurve curve = standard(run(0, middle, 1e6, 0.25, 0.5, 0.25));
      double[] x = curve.grid();
      double[] p = curve.values();
      double share = 0;
      for (int i = 0; i < x.length; i++) {
        share += Math.abs(x[i] - middle) < 1e4 ? p[i] * (x[1] - x[0]) : 0;
      }
      // Sums at places at most σ apart are exact to 2·exp(−2π²) = 5e-9. The outer two nodes lose
      // up to 0.08 % of 0.25 each beyond the margin, which scaling to 1 gives to all.
      assertThat(share).isCloseTo(0.5, within(4e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 1e-12, 1e-3, 1, 1e6})
  void anyVarianceWillDo(double sigma2) {
    Run run = run(-1, 0.3, 100, 0.25, 0.5, 0.25);
    DensityCurve curve = DensityCurve.of(List.of(run), null, Smoothing.ofVariance(sigma2));
    assertThat(moment(curve, 0, 0)).isCloseTo(1, within(1e-3));
    assertThat(curve.values()).doesNotContain(Double.NaN);
  }

  @Test
  void runsAreAveragedAndBounded() {
    Run first = run(0, 1, 0.9, 0.1);
    Run second = run(0, 1, 0.5, 0.5);
    Smoothing smoothing = Smoothing.standard(List.of(first, second));
    DensityCurve both = DensityCurve.of(List.of(first, second), null, smoothing);
    double[] one = DensityCurve.of(List.of(first), null, smoothing).values();
    double[] two = DensityCurve.of(List.of(second), null, smoothing).values();

    for (int i = 0; i < one.length; i++) {
      double tolerance = 1e-3 * Math.max(one[i], two[i]); // each is scaled to 1 by itself
      assertThat(both.values()[i]).isCloseTo((one[i] + two[i]) / 2, within(tolerance));
      assertThat(both.lower()[i]).isCloseTo(Math.min(one[i], two[i]), within(tolerance));
      assertThat(both.upper()[i]).isCloseTo(Math.max(one[i], two[i]), within(tolerance));
    }
  }

  @Test
  void standardSmoothingIsPyHessians() {
    assertThat(Smoothing.standard(List.of(run(0, 0.5, 0.5, 0.5))))
        .isEqualTo(new Smoothing(1e-5, 0.01, 10_000));
    Smoothing wide = Smoothing.standard(List.of(run(-47, 2453, 0.5, 0.5)));
    assertThat(wide.sigma2()).isEqualTo(1e-5 * 2500.02);
    assertThat(wide.margin()).isCloseTo(0.5, within(1e-5)); // 0.01·√2500.02
  }

  @Test
  void refusesWhatHasNoCurve() {
    assertThatThrownBy(() -> Smoothing.standard(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> standard(run(-1e308, 1e308, 0.5, 0.5)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("too far apart");
    assertThatThrownBy(() -> Smoothing.ofVariance(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Smoothing(1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** At a node of weight w that is alone: w·(1 − w)·φ² is the variance of the Gaussians there. */
  @Test
  void theBandIsTwoStandardErrorsOfTheBulk() {
    Run run = new Run(List.of(0.0, 10.0), List.of(0.7, 0.3), List.of(0.99, 0.01));
    Smoothing smoothing = Smoothing.ofVariance(0.01);
    double peak = 1 / Math.sqrt(2 * Math.PI * 0.01);
    for (int runs : new int[] {1, 4}) {
      DensityCurve curve =
          DensityCurve.of(Collections.nCopies(runs, run), new Outliers(0, 0, 100), smoothing);
      int at = 0;
      while (curve.grid()[at] < 0) {
        at++;
      }
      double error = Math.sqrt(2 * 0.99 * 0.01 / (100.0 * runs)) * peak;
      // the grid point nearest to the node lies within 1e-3 of it, a hundredth of the width
      assertThat(curve.upper()[at] - curve.values()[at]).isCloseTo(2 * error, within(0.01 * error));
      assertThat(curve.lower()[at]).isCloseTo(curve.values()[at] - 2 * error, within(0.01 * error));
    }
    DensityCurve exact = DensityCurve.of(List.of(run), new Outliers(1, 1, 100), smoothing);
    assertThat(exact.upper()).isEqualTo(exact.values());
  }
}
