package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.BiasAdd;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.Conv2dBackpropFilter;
import org.tensorflow.op.nn.Conv2dBackpropInput;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Every rule in both directions against central differences in double precision.
 *
 * <p>Each case is a function y(x₁, …, xₘ) inside the loss Σ c ⊙ (y + y²/2) with random c, whose
 * Hessian involves the rule's gradient and its tangent, also in products with themselves.
 */
class DerivativeRulesTest {
  /**
   * Central differences with step h = 1e-5 are off by about h²·|f‴| from truncation and u·|f|/h
   * from rounding: 1e-10 and 1e-11 for values of order 1, and sums over a few hundred elements here
   * stay below 1e-7 of the norm.
   */
  private static final double STEP = 1e-5;

  private static final double TOLERANCE = 1e-7;

  private interface Function {
    Operand<TFloat64> apply(Ops tf, List<Operand<TFloat64>> inputs);
  }

  /** A function and the shapes of its inputs. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Case(String name, Function function, long[]... shapes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Long> ONE = List.of(1L, 1L, 1L, 1L);
  private static final List<Long> TWO = List.of(1L, 2L, 2L, 1L);

  private static long[] shape(long... dimensions) {
    return dimensions;
  }

  static Stream<Case> cases() {
    Conv2d.Options margins = Conv2d.explicitPaddings(0L, 0L, 1L, 1L, 1L, 1L, 0L, 0L);
    return Stream.of(
        new Case("Add", (tf, x) -> add(tf, "Add", x), shape(2, 3), shape(2, 3)),
        new Case("AddV2", (tf, x) -> tf.math.add(x.get(0), x.get(1)), shape(2, 3), shape(3)),
        new Case(
            "AddV2 column", (tf, x) -> tf.math.add(x.get(0), x.get(1)), shape(2, 1), shape(2, 3)),
        new Case("AddN", (tf, x) -> tf.math.addN(x), shape(4), shape(4), shape(4)),
        new Case("Sub", (tf, x) -> tf.math.sub(x.get(0), x.get(1)), shape(3), shape(2, 3)),
        new Case("Mul", (tf, x) -> tf.math.mul(x.get(0), x.get(1)), shape(2, 3), shape(2, 3)),
        new Case(
            "Mul broadcast",
            (tf, x) -> tf.math.mul(x.get(0), x.get(1)),
            shape(2, 1, 3),
            shape(4, 1)),
        new Case("Mul scalar", (tf, x) -> tf.math.mul(x.get(0), x.get(1)), shape(2, 3), shape()),
        new Case("Neg", (tf, x) -> tf.math.neg(x.get(0)), shape(3)),
        new Case("Square", (tf, x) -> tf.math.square(x.get(0)), shape(3)),
        new Case(
            "Rsqrt",
            (tf, x) -> tf.math.rsqrt(tf.math.add(tf.math.square(x.get(0)), tf.constant(1.0))),
            shape(3)),
        new Case("Relu", (tf, x) -> tf.nn.relu(x.get(0)), shape(4, 5)),
        new Case("ReluGrad", (tf, x) -> tf.nn.reluGrad(x.get(0), x.get(1)), shape(9), shape(9)),
        new Case("Softmax", (tf, x) -> tf.nn.softmax(x.get(0)), shape(3, 4)),
        new Case(
            "Conv2D SAME",
            (tf, x) -> tf.nn.conv2d(x.get(0), x.get(1), ONE, "SAME"),
            shape(2, 5, 4, 2),
            shape(3, 3, 2, 3)),
        new Case(
            "Conv2D VALID stride 2",
            (tf, x) -> tf.nn.conv2d(x.get(0), x.get(1), TWO, "VALID"),
            shape(2, 6, 5, 2),
            shape(1, 1, 2, 3)),
        new Case(
            "Conv2D EXPLICIT stride 2",
            (tf, x) -> tf.nn.conv2d(x.get(0), x.get(1), TWO, "EXPLICIT", margins),
            shape(2, 6, 6, 2),
            shape(3, 3, 2, 3)),
        new Case(
            "Conv2DBackpropInput",
            (tf, x) ->
                tf.nn.conv2dBackpropInput(
                    tf.constant(new int[] {2, 6, 6, 2}),
                    x.get(0),
                    x.get(1),
                    TWO,
                    "EXPLICIT",
                    Conv2dBackpropInput.explicitPaddings(0L, 0L, 1L, 1L, 1L, 1L, 0L, 0L)),
            shape(3, 3, 2, 3),
            shape(2, 3, 3, 3)),
        new Case(
            "Conv2DBackpropFilter",
            (tf, x) ->
                tf.nn.conv2dBackpropFilter(
                    x.get(0),
                    tf.constant(new int[] {3, 3, 2, 3}),
                    x.get(1),
                    TWO,
                    "EXPLICIT",
                    Conv2dBackpropFilter.explicitPaddings(0L, 0L, 1L, 1L, 1L, 1L, 0L, 0L)),
            shape(2, 6, 6, 2),
            shape(2, 3, 3, 3)),
        matMul(false, false, shape(2, 3), shape(3, 4)),
        matMul(true, false, shape(3, 2), shape(3, 4)),
        matMul(false, true, shape(2, 3), shape(4, 3)),
        matMul(true, true, shape(3, 2), shape(4, 3)),
        new Case(
            "BiasAdd", (tf, x) -> tf.nn.biasAdd(x.get(0), x.get(1)), shape(2, 3, 2, 4), shape(4)),
        new Case(
            "BiasAdd NCHW",
            (tf, x) -> tf.nn.biasAdd(x.get(0), x.get(1), BiasAdd.dataFormat("NCHW")),
            shape(2, 4, 3, 2),
            shape(4)),
        new Case(
            "BiasAdd of a constant",
            (tf, x) -> tf.nn.biasAdd(tf.constant(new double[][] {{1, 2, 3}, {4, 5, 6}}), x.get(0)),
            shape(3)),
        new Case("BiasAddGrad", (tf, x) -> tf.nn.biasAddGrad(x.get(0)), shape(2, 3, 4)),
        new Case(
            "Sum", (tf, x) -> tf.sum(x.get(0), tf.constant(new int[] {0, -1})), shape(2, 3, 4)),
        new Case(
            "Sum keeping",
            (tf, x) -> tf.sum(x.get(0), tf.constant(1), Sum.keepDims(true)),
            shape(2, 3, 4)),
        new Case(
            "Mean",
            (tf, x) -> tf.math.mean(x.get(0), tf.constant(new int[] {1, 2})),
            shape(2, 3, 4)),
        new Case("Identity", (tf, x) -> tf.identity(x.get(0)), shape(3)),
        new Case(
            "Reshape",
            (tf, x) -> tf.reshape(x.get(0), tf.constant(new int[] {3, -1})),
            shape(2, 6)),
        new Case(
            "BroadcastTo",
            (tf, x) -> tf.broadcastTo(x.get(0), tf.constant(new int[] {2, 4, 3})),
            shape(4, 1)),
        new Case(
            "PadV2",
            (tf, x) ->
                tf.pad(x.get(0), tf.constant(new int[][] {{0, 1}, {2, 0}}), tf.constant(7.0)),
            shape(2, 3)),
        new Case(
            "PadV2 with a computed value",
            (tf, x) -> tf.pad(x.get(0), tf.constant(new int[][] {{0, 1}, {2, 0}}), x.get(1)),
            shape(2, 3),
            shape()),
        new Case("Pad", DerivativeRulesTest::pad, shape(2, 3)),
        new Case(
            "Slice",
            (tf, x) ->
                tf.slice(x.get(0), tf.constant(new int[] {1, 0}), tf.constant(new int[] {2, 2})),
            shape(4, 3)),
        new Case(
            "StridedSlice",
            (tf, x) ->
                tf.stridedSlice(
                    x.get(0),
                    tf.constant(new int[] {0, 1}),
                    tf.constant(new int[] {4, 5}),
                    tf.constant(new int[] {2, 2})),
            shape(4, 5)),
        new Case(
            "StridedSliceGrad",
            (tf, x) ->
                tf.stridedSliceGrad(
                    tf.constant(new int[] {4, 5}),
                    tf.constant(new int[] {0, 1}),
                    tf.constant(new int[] {4, 5}),
                    tf.constant(new int[] {2, 2}),
                    x.get(0)),
            shape(2, 2)),
        new Case(
            "SparseSoftmaxCrossEntropyWithLogits",
            (tf, x) ->
                tf.nn
                    .sparseSoftmaxCrossEntropyWithLogits(x.get(0), tf.constant(new int[] {2, 0, 3}))
                    .loss(),
            shape(3, 4)));
  }

  private static Case matMul(boolean transposeA, boolean transposeB, long[] a, long[] b) {
    return new Case(
        "MatMul %b %b".formatted(transposeA, transposeB),
        (tf, x) ->
            tf.linalg.matMul(
                x.get(0), x.get(1), MatMul.transposeA(transposeA), MatMul.transposeB(transposeB)),
        a,
        b);
  }

  private static Operand<TFloat64> add(Ops tf, String type, List<Operand<TFloat64>> x) {
    return tf.scope()
        .env()
        .opBuilder(type, "add", tf.scope())
        .addInput(x.get(0).asOutput())
        .addInput(x.get(1).asOutput())
        .build()
        .output(0);
  }

  private static Operand<TFloat64> pad(Ops tf, List<Operand<TFloat64>> x) {
    return tf.scope()
        .env()
        .opBuilder("Pad", "pad", tf.scope())
        .addInput(x.get(0).asOutput())
        .addInput(tf.constant(new int[][] {{0, 1}, {2, 0}}).asOutput())
        .build()
        .output(0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void derivativesEqualCentralDifferences(Case tested) {
    Random random = new Random(7);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat64>> inputs = new ArrayList<>();
      List<double[]> values = new ArrayList<>();
      List<double[]> directions = new ArrayList<>();
      for (long[] shape : tested.shapes()) {
        inputs.add(tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(shape))));
        int size = (int) Shape.of(shape).size();
        values.add(gaussian(random, size));
        directions.add(gaussian(random, size));
      }
      Operand<TFloat64> y = tested.function().apply(tf, inputs);
      double[] weights = gaussian(random, (int) y.shape().size());
      Operand<TFloat64> c = tf.reshape(tf.constant(weights), tf.constant(y.shape().asArray()));
      Operand<TFloat64> curved = tf.math.add(y, tf.math.mul(tf.constant(0.5), tf.math.mul(y, y)));
      Operand<TFloat64> loss =
          tf.sum(tf.reshape(tf.math.mul(c, curved), tf.constant(new int[] {-1})), tf.constant(0));

      List<Output<TNumber>> sources = inputs.stream().map(DerivativeRulesTest::number).toList();
      List<Operand<TNumber>> gradients = Gradient.of(graph, number(loss), sources);
      List<Operand<TNumber>> moving = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        moving.add(
            number(tf.placeholder(TFloat64.class, Placeholder.shape(inputs.get(i).shape()))));
      }
      List<Operand<TNumber>> products =
          new Tangent(graph, sources, gradients).along(tf, moving, UnaryOperator.identity());

      try (Session session = new Session(graph)) {
        for (int i = 0; i < inputs.size(); i++) {
          double[] gradient =
              gradients.get(i) == null
                  ? new double[values.get(i).length]
                  : run(session, gradients.get(i), inputs, values, moving, directions);
          assertThat(gradient).hasSize(values.get(i).length);
          double[] difference = new double[gradient.length];
          for (int k = 0; k < gradient.length; k++) {
            double x = values.get(i)[k];
            values.get(i)[k] = x + STEP;
            double above = run(session, number(loss), inputs, values, moving, directions)[0];
            values.get(i)[k] = x - STEP;
            double below = run(session, number(loss), inputs, values, moving, directions)[0];
            values.get(i)[k] = x;
            difference[k] = (above - below) / (2 * STEP);
          }
          assertClose(gradient, difference);

          if (gradients.get(i) == null) {
            assertThat(products.get(i)).isNull();
            continue;
          }
          double[] above =
              run(
                  session,
                  gradients.get(i),
                  inputs,
                  moved(values, directions, STEP),
                  moving,
                  values);
          double[] below =
              run(
                  session,
                  gradients.get(i),
                  inputs,
                  moved(values, directions, -STEP),
                  moving,
                  values);
          double[] second = new double[above.length];
          for (int k = 0; k < second.length; k++) {
            second[k] = (above[k] - below[k]) / (2 * STEP);
          }
          Operand<TNumber> product = products.get(i);
          assertClose(
              product == null
                  ? new double[second.length]
                  : run(session, product, inputs, values, moving, directions),
              second);
        }
      }
    }
  }

  @Test
  void everyRuleHasACase() {
    // An operation of single precision has a test of its own: BatchNormRulesTest.
    TreeSet<String> tested = new TreeSet<>(List.of("FusedBatchNormV3"));
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
          .hasMessageContaining("Conv2D, Conv2DBackpropFilter");
    }
  }

  private static List<double[]> moved(List<double[]> values, List<double[]> by, double step) {
    List<double[]> moved = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      double[] sum = values.get(i).clone();
      for (int k = 0; k < sum.length; k++) {
        sum[k] += step * by.get(i)[k];
      }
      moved.add(sum);
    }
    return moved;
  }

  private static double[] run(
      Session session,
      Operand<TNumber> fetched,
      List<Operand<TFloat64>> inputs,
      List<double[]> values,
      List<Operand<TNumber>> moving,
      List<double[]> directions) {
    List<TFloat64> fed = new ArrayList<>();
    Session.Runner runner = session.runner().fetch(fetched);
    for (int i = 0; i < inputs.size(); i++) {
      TFloat64 x = TFloat64.tensorOf(inputs.get(i).shape(), DataBuffers.of(values.get(i)));
      TFloat64 d = TFloat64.tensorOf(inputs.get(i).shape(), DataBuffers.of(directions.get(i)));
      fed.addAll(List.of(x, d));
      runner.feed(inputs.get(i), x).feed(moving.get(i), d);
    }
    try (Result result = runner.run()) {
      TFloat64 tensor = (TFloat64) result.get(0);
      double[] elements = new double[(int) tensor.shape().size()];
      tensor.copyTo(DataBuffers.of(elements, false, false));
      return elements;
    } finally {
      fed.forEach(TFloat64::close);
    }
  }

  private static void assertClose(double[] actual, double[] expected) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    assertThat(Math.sqrt(error)).isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.sqrt(norm)));
  }

  private static double[] gaussian(Random random, int size) {
    return random.doubles(size).map(uniform -> random.nextGaussian()).toArray();
  }

  @SuppressWarnings("unchecked")
  private static Output<TNumber> number(Operand<TFloat64> operand) {
    return (Output<TNumber>) (Output<?>) operand.asOutput();
  }
}
