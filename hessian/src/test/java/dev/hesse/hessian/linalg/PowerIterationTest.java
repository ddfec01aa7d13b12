package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.PowerIteration.Options;
import org.junit.jupiter.api.Test;

class PowerIterationTest {
  @Test
  void findsTheLargestInMagnitudeOneAfterAnother() {
    DenseOperator operator = DenseOperator.withSpectrum(3, -10, 1, 0.5, 6, 0, -0.1);
    Eigenpairs found = solve(operator, new Options(3, 200, 1e-12));
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    assertThat(found.products()).isEqualTo(operator.products);
    double[] expected = {-10, 6, 3};
    for (int k = 0; k < 3; k++) {
      Eigenpair pair = found.top().get(k);
      // the change per iteration is the error times at most 1 − 0.6²: the error is of its order
      assertThat(pair.value()).isCloseTo(expected[k], within(1e-10));
      double[] v = pair.vector().get();
      assertThat(Vectors.norm(v)).isCloseTo(1, within(1e-15 * 10));
      assertThat(operator.residual(pair.value(), v)).isCloseTo(pair.residual(), within(1e-13));
      for (int j = 0; j < k; j++) {
        assertThat(Vectors.dot(v, found.top().get(j).vector().get())).isCloseTo(0, within(1e-14));
      }
    }
  }

  /**
   * The rule stops on the change: ten times the tolerance may be left, and the residual says so.
   */
  @Test
  void theResidualShowsWhatTheStoppingRuleHides() {
    DenseOperator operator = DenseOperator.withSpectrum(10, -10, 1, 2, 3);
    Eigenpairs found = solve(operator, new Options(1, 100, 1e-3));
    assertThat(found.status()).isEqualTo(Status.CONVERGED);
    assertThat(found.top().get(0).residual()).isGreaterThan(1);
    assertThat(operator.residual(found.top().get(0).value(), found.top().get(0).vector().get()))
        .isCloseTo(found.top().get(0).residual(), within(1e-12));
  }

  @Test
  void stopsAtTheIterationsAllowed() {
    Eigenpairs found =
        solve(DenseOperator.withSpectrum(10, 9.99, 9.98, 1), new Options(2, 3, 1e-12));
    assertThat(found.status()).isEqualTo(Status.MAX_PRODUCTS);
    assertThat(found.products()).isEqualTo(6);
    assertThat(found.top()).hasSize(2).noneMatch(Eigenpair::converged);
    assertThat(found.message()).startsWith("2 of 2").contains("use Lanczos");
  }

  @Test
  void zeroAndLowRankMatricesAndTooManyAskedFor() {
    assertThat(solve(DenseOperator.diagonal(0, 0, 0), Options.DEFAULT).top())
        .hasSize(1)
        .allMatch(p -> p.value() == 0 && p.residual() == 0 && p.converged());
    Eigenpairs found = solve(DenseOperator.diagonal(5, 0, 0), new Options(7, 100, 1e-3));
    assertThat(found.status()).isEqualTo(Status.DIMENSION_EXHAUSTED);
    assertThat(found.top()).hasSize(3);
    assertThat(found.top().get(0).value()).isCloseTo(5, within(1e-14 * 5));
    assertThat(found.top().subList(1, 3))
        .allSatisfy(p -> assertThat(p.value()).isCloseTo(0, within(1e-14)));
  }

  @Test
  void aProductThatIsNotFiniteIsAnError() {
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> solve(DenseOperator.diagonal(1, Double.NaN), Options.DEFAULT))
        .withMessageContaining("product 1 of the operator");
  }

  private static Eigenpairs solve(SymmetricOperator operator, Options options) {
    return PowerIteration.solve(operator, options, 1, Progress.NONE);
  }
}
