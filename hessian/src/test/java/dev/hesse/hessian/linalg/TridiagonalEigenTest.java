package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TridiagonalEigenTest {
  /** Backward stability: a small multiple of the unit roundoff times the order, relative to ‖T‖. */
  private static final double UNIT = 0x1p-52;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 101})
  void agreesWithADenseSolver(int m) {
    Random random = new Random(m);
    double[] d = random.doubles(m, -1, 1).toArray();
    double[] e = random.doubles(m - 1, -1, 1).toArray();
    check(d, e);
    double[] expected = denseEigenvalues(d, e);
    TridiagonalEigen t = TridiagonalEigen.of(d, e);
    for (int i = 0; i < m; i++) {
      // both solvers are backward stable, errors grow at most linearly with the order
      assertThat(t.value(i)).isCloseTo(expected[i], within(10 * m * UNIT));
    }
  }

  @Test
  void knownSpectrumOfTheSecondDifference() {
    int m = 50;
    double[] d = new double[m];
    Arrays.fill(d, 2);
    double[] e = new double[m - 1];
    Arrays.fill(e, -1);
    TridiagonalEigen t = TridiagonalEigen.of(d, e);
    for (int i = 0; i < m; i++) {
      double exact = 2 - 2 * Math.cos((i + 1) * Math.PI / (m + 1));
      assertThat(t.value(i)).isCloseTo(exact, within(10 * m * UNIT));
      double first = Math.sqrt(2.0 / (m + 1)) * Math.sin((i + 1) * Math.PI / (m + 1));
      // components are as accurate as T over the smallest gap, here 0.0095 of ‖T‖ = 4
      assertThat(Math.abs(t.first(i))).isCloseTo(first, within(10 * m * UNIT / 0.0095));
    }
  }

  @Test
  void wilkinsonMatrixWithPairsEqualToWorkingPrecision() {
    check(
        IntStream.rangeClosed(-10, 10).mapToDouble(Math::abs).toArray(),
        IntStream.range(0, 20).mapToDouble(i -> 1).toArray());
  }

  @Test
  void zeroOffDiagonalsDecouple() {
    double[] d = {3, 1, 3, 0, -2, 1};
    double[] e = {0, 1, 0, 0, 0};
    check(d, e);
    check(d, new double[5]);
    TridiagonalEigen t = TridiagonalEigen.of(d, new double[5]);
    assertThat(IntStream.range(0, 6).mapToDouble(t::value))
        .containsExactly(-2.0, 0.0, 1.0, 1.0, 3.0, 3.0);
  }

  @Test
  void zeroDiagonalAndZeroMatrix() {
    check(new double[6], new double[] {1, 1, 1, 1, 1});
    check(new double[] {0, 0, 0, 1}, new double[] {1e-20, 1e-200, 1e-10});
    check(new double[4], new double[3]);
    check(new double[1], new double[0]);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MIN_NORMAL, 1e-300, 1e-160, 1e160, 1e300})
  void scalesWithTheMatrix(double scale) {
    Random random = new Random(5);
    double[] d = random.doubles(20, -1, 1).toArray();
    double[] e = random.doubles(19, -1, 1).toArray();
    TridiagonalEigen unit = TridiagonalEigen.of(d, e);
    TridiagonalEigen scaled =
        TridiagonalEigen.of(
            Arrays.stream(d).map(x -> x * scale).toArray(),
            Arrays.stream(e).map(x -> x * scale).toArray());
    for (int i = 0; i < 20; i++) {
      // at the smallest normal number, entries themselves are rounded to within 2⁻⁵² of ‖T‖
      assertThat(scaled.value(i) / scale).isCloseTo(unit.value(i), within(200 * UNIT));
    }
  }

  @Test
  void refusesEntriesThatAreNotFinite() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TridiagonalEigen.of(new double[] {1, Double.NaN}, new double[] {0}))
        .withMessageContaining("finite");
  }

  /** T·s = θ·s, SᵀS = I, ascending order, and the ends alone equal the ends of the vectors. */
  private static void check(double[] d, double[] e) {
    int m = d.length;
    TridiagonalEigen t = TridiagonalEigen.withVectors(d, e);
    TridiagonalEigen ends = TridiagonalEigen.of(d, e);
    double tolerance = 10 * m * UNIT;
    for (int i = 0; i < m; i++) {
      double[] s = t.vector(i);
      for (int k = 0; k < m; k++) {
        double ts = d[k] * s[k];
        ts += k > 0 ? e[k - 1] * s[k - 1] : 0;
        ts += k < m - 1 ? e[k] * s[k + 1] : 0;
        assertThat(ts).isCloseTo(t.value(i) * s[k], within(tolerance * (t.norm() + 1e-300)));
      }
      for (int j = 0; j <= i; j++) {
        assertThat(Vectors.dot(s, t.vector(j))).isCloseTo(i == j ? 1 : 0, within(tolerance));
      }
      assertThat(i == 0 || t.value(i - 1) <= t.value(i)).isTrue();
      assertThat(ends.value(i)).isEqualTo(t.value(i));
      assertThat(ends.first(i)).isEqualTo(s[0]);
      assertThat(ends.last(i)).isEqualTo(s[m - 1]);
    }
  }

  private static double[] denseEigenvalues(double[] d, double[] e) {
    int m = d.length;
    DMatrixRMaj dense = new DMatrixRMaj(m, m);
    for (int i = 0; i < m; i++) {
      dense.set(i, i, d[i]);
      if (i < m - 1) {
        dense.set(i, i + 1, e[i]);
        dense.set(i + 1, i, e[i]);
      }
    }
    var solver = DecompositionFactory_DDRM.eig(m, false, true);
    assertThat(solver.decompose(dense)).isTrue();
    return IntStream.range(0, m)
        .mapToDouble(i -> solver.getEigenvalue(i).getReal())
        .sorted()
        .toArray();
  }
}
