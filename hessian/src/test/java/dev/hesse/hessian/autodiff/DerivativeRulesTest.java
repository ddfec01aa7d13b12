package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Every rule in both directions: against central differences in double precision, and in single
 * precision, which has other kernels, against double.
 */
class DerivativeRulesTest {
  /**
   * Central differences with step h = 1e-5 are off by about h²·|f‴| from truncation and u·|f|/h
   * from rounding: 1e-10 and 1e-11 for values of order 1, and sums over a few hundred elements here
   * stay below 1e-7 of the norm.
   */
  private static final double STEP = 1e-5;

  private static final double TOLERANCE = 1e-7;

  /** Sums of a few hundred terms, each rounded to 6e-8, several in a row. */
  private static final double SINGLE_TOLERANCE = 1e-5;

  static Stream<DerivativeCase> cases() {
    return Stream.of(
            ArithmeticCases.all(),
            ElementwiseCases.all(),
            ActivationCases.all(),
            MatMulCases.all(),
            ConvolutionCases.all(),
            ReductionCases.all(),
            ShapeCases.all(),
            SliceCases.all(),
            BatchNormCases.all(),
            PoolingCases.all(),
            GatherCases.all(),
            ImageCases.all(),
            DiagonalCases.all(),
            LossCases.all(),
            NetworkCases.all())
        .flatMap(cases -> cases);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void derivativesEqualCentralDifferencesAndHoldInSinglePrecision(DerivativeCase tested) {
    try (DerivativeCheck check = new DerivativeCheck(tested, false);
        DerivativeCheck single = new DerivativeCheck(tested, true)) {
      for (int i = 0; i < check.inputs(); i++) {
        double[] gradient = check.gradient(i);
        DerivativeCheck.assertClose(gradient, check.differences(i, STEP), TOLERANCE);
        DerivativeCheck.assertClose(single.gradient(i), gradient, SINGLE_TOLERANCE);
        double[] product = check.product(i);
        if (check.hasGradient(i)) {
          DerivativeCheck.assertClose(product, check.secondDifferences(i, STEP), TOLERANCE);
          DerivativeCheck.assertClose(single.product(i), product, SINGLE_TOLERANCE);
        } else {
          assertThat(check.hasProduct(i)).isFalse();
        }
      }
    }
  }

  @Test
  void everyRuleHasACase() {
    TreeSet<String> tested = new TreeSet<>();
    cases().forEach(each -> tested.add(each.name().replaceAll(" .*", "")));
    assertThat(tested).containsAll(DerivativeRules.supportedOperations());
  }

  @Test
  void anOperationWithoutARuleIsNamed() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> x = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(2)));
      Operand<TFloat64> loss = tf.sum(tf.withName("wave").math.digamma(x), tf.constant(0));
      assertThatThrownBy(() -> Gradient.of(graph, number(loss), List.of(number(x))))
          .isInstanceOf(UnsupportedGraphException.class)
          .hasMessageContaining("Digamma node wave, which has no derivative rule")
          .hasMessageContaining("docs/operations.md");
    }
  }

  @Test
  void aShapeThatIsNotKnownIsNamed() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> x = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1, 2)));
      Operand<TFloat64> loss =
          tf.sum(tf.withName("flat").reshape(x, tf.constant(new int[] {-1})), tf.constant(0));
      assertThatThrownBy(() -> Gradient.of(graph, number(loss), List.of(number(x))))
          .isInstanceOf(UnsupportedGraphException.class)
          .hasMessageContaining("Sum node")
          .hasMessageContaining("[-1]")
          .hasMessageContaining("batch size");
    }
  }

  @Test
  void aRepeatedLabelOfAnEinsumIsNamed() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> x = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(2, 2)));
      Operand<TFloat64> loss = tf.linalg.einsum(List.of(x), "ii->");
      assertThatThrownBy(() -> Gradient.of(graph, number(loss), List.of(number(x))))
          .isInstanceOf(UnsupportedGraphException.class)
          .hasMessageContaining("ii->")
          .hasMessageContaining("MatrixDiagPart");
    }
  }

  @SuppressWarnings("unchecked")
  private static Output<TNumber> number(Operand<TFloat64> operand) {
    return (Output<TNumber>) (Output<?>) operand.asOutput();
  }
}
