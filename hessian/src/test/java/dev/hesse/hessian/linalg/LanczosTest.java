package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanczosTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @Test
  void asManyStepsAsDimensionsGiveTheWholeSpectrum() {
    double[] spectrum = new Random(3).doubles(120, -2, 5).sorted().toArray();
    Lanczos lanczos = Lanczos.fromRademacher(DenseOperator.withSpectrum(spectrum), 1, 0, NO_LIMIT);
    run(lanczos, 120);
    assertThat(lanczos.isComplete()).isTrue();
    // 120 roundings of the basis to float, each of at most 2⁻²⁴ times a coupling of at most ‖A‖
    assertThat(lanczos.defect()).isLessThan(Math.sqrt(120) * 0x1p-24 * 5);
    TridiagonalEigen t = lanczos.ritz(0, 120);
    for (int i = 0; i < 120; i++) {
      assertThat(t.value(i)).isCloseTo(spectrum[i], within(lanczos.defect()));
    }
  }

  @Test
  void ritzVectorsHaveTheResidualThatTheirLastComponentSays() {
    double[] spectrum = new Random(4).doubles(200, -1, 1).sorted().toArray();
    DenseOperator operator = DenseOperator.withSpectrum(spectrum);
    Lanczos lanczos = Lanczos.fromGaussian(operator, 1, NO_LIMIT);
    run(lanczos, 30);
    TridiagonalEigen t = lanczos.ritzWithVectors();
    for (int i = 0; i < 30; i++) {
      double predicted = lanczos.coupling() * Math.abs(t.last(i));
      double[] v = lanczos.ritzVector(t.vector(i));
      assertThat(Vectors.norm(v)).isCloseTo(1, within(1e-14));
      assertThat(operator.residual(t.value(i), v))
          .isCloseTo(predicted, within(lanczos.defect() + 1e-7 * predicted));
    }
  }

  @Test
  void stepsInTwoPartsAreTheStepsInOne() {
    DenseOperator operator = DenseOperator.withSpectrum(new Random(5).doubles(50, 0, 1).toArray());
    Lanczos one = Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT);
    run(one, 20);
    Lanczos two = Lanczos.fromRademacher(operator, 1, 0, NO_LIMIT);
    run(two, 7);
    two.ritzVector(two.ritzWithVectors().vector(0));
    run(two, 20);
    for (int i = 0; i < 20; i++) {
      assertThat(two.ritz(0, 20).value(i)).isEqualTo(one.ritz(0, 20).value(i));
    }
  }

  @Test
  void anInvariantSpaceGoesOnFromAFreshVector() {
    double[] spectrum = new double[40];
    Arrays.fill(spectrum, 0, 20, 3.0);
    Arrays.fill(spectrum, 20, 30, -1.0);
    Lanczos lanczos = Lanczos.fromRademacher(DenseOperator.withSpectrum(spectrum), 1, 0, NO_LIMIT);
    run(lanczos, 3);
    assertThat(lanczos.isInvariant()).isTrue();
    assertThat(lanczos.firstInvariant()).isEqualTo(3);
    run(lanczos, 4);
    assertThat(lanczos.isInvariant()).isFalse();
    assertThat(lanczos.blockStart()).isEqualTo(3);
    run(lanczos, 40);
    TridiagonalEigen t = lanczos.ritz(0, 40);
    Arrays.sort(spectrum);
    for (int i = 0; i < 40; i++) {
      assertThat(t.value(i)).isCloseTo(spectrum[i], within(lanczos.defect()));
    }
    assertThat(lanczos.defect()).isLessThan(40 * 0x1p-20 * 3);
  }

  @Test
  void stopsAtItsMemory() {
    DenseOperator operator = DenseOperator.diagonal(1, 2, 3, 4, 5);
    Lanczos lanczos = Lanczos.fromRademacher(operator, 1, 0, 3 * 5 * Float.BYTES);
    run(lanczos, 3);
    assertThat(lanczos.hasMemory()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(lanczos::step)
        .withMessage("no step after 3 of 5: memory is spent");
  }

  @Test
  void aProductThatIsNotFiniteIsAnError() {
    Lanczos lanczos = Lanczos.fromRademacher(DenseOperator.diagonal(1, Double.NaN), 1, 0, NO_LIMIT);
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(lanczos::step)
        .withMessageContaining("product 1");
  }

  @Test
  void theDefectShowsAMatrixThatIsNotSymmetric() {
    double[][] a = DenseOperator.withSpectrum(1, 2, 3, 4, 5, 6).a;
    a[1][4] += 0.01;
    Lanczos lanczos = Lanczos.fromRademacher(new DenseOperator(a, 1), 1, 0, NO_LIMIT);
    run(lanczos, 6);
    // the skew part has Frobenius norm 0.01/√2; T keeps only what is tridiagonal
    assertThat(lanczos.defect()).isBetween(0.002, 0.02);
  }

  private static void run(Lanczos lanczos, int steps) {
    while (lanczos.steps() < steps) {
      lanczos.step();
    }
  }
}
