package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Gradient and Hessian-vector product of one case, whose function y(x₁, …, xₘ) is put into the loss
 * Σ c ⊙ (y + y²/2) with random c: its Hessian involves a rule's gradient and its tangent, also in
 * products with themselves.
 */
final class DerivativeCheck implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session = new Session(graph);
  private final List<double[]> values;
  private final List<double[]> directions;
  private final List<Output<TNumber>> fed;
  private final List<Output<TNumber>> fedDirections;
  private final List<Output<TNumber>> inputs;
  private final Operand<TNumber> loss;
  private final List<@Nullable Operand<TNumber>> gradients;
  private final List<@Nullable Operand<TNumber>> products;

  @SuppressWarnings("unchecked")
  DerivativeCheck(DerivativeCase tested, boolean single) {
    Random random = new Random(7);
    values = tested.points(random);
    Class<TNumber> type = (Class<TNumber>) (Class<?>) (single ? TFloat32.class : TFloat64.class);
    Ops tf = Ops.create(graph);
    fed = tested.placeholders(tf, type);
    fedDirections = tested.placeholders(tf, type);
    inputs = fed.stream().map(half -> doubled(tf, half)).toList();
    List<Output<TNumber>> moving = fedDirections.stream().map(half -> doubled(tf, half)).toList();
    directions =
        inputs.stream().map(input -> DerivativeCase.gaussian(random, input.shape())).toList();
    loss = loss(tf, random, (single ? tested.function() : tested.inDouble()).apply(tf, operands()));
    gradients = Gradient.of(graph, loss.asOutput(), inputs);
    products =
        new Tangent(graph, inputs, gradients)
            .along(tf, new ArrayList<>(moving), UnaryOperator.identity());
  }

  /** Kernels may write over a tensor that was computed, unlike one that is fed. */
  private static Output<TNumber> doubled(Ops tf, Output<TNumber> half) {
    return tf.math.mul(half, Constants.scalar(tf, half.type(), 2)).asOutput();
  }

  private List<Operand<TNumber>> operands() {
    return new ArrayList<>(inputs);
  }

  private static Operand<TNumber> loss(Ops tf, Random random, Operand<TNumber> y) {
    Operand<TNumber> half = Constants.scalar(tf, y.type(), 0.5);
    Operand<TNumber> c =
        tf.reshape(
            tf.dtypes.cast(tf.constant(DerivativeCase.gaussian(random, y.shape())), y.type()),
            tf.constant(y.shape().asArray()));
    Operand<TNumber> curved = tf.math.add(y, tf.math.mul(half, tf.math.mul(y, y)));
    return tf.sum(tf.reshape(tf.math.mul(c, curved), tf.constant(new int[] {-1})), tf.constant(0));
  }

  double[] gradient(int input) {
    return run(gradients.get(input), input, values);
  }

  double[] product(int input) {
    return run(products.get(input), input, values);
  }

  /** Whether the loss depends on an input. */
  boolean hasGradient(int input) {
    return gradients.get(input) != null;
  }

  boolean hasProduct(int input) {
    return products.get(input) != null;
  }

  int inputs() {
    return inputs.size();
  }

  /** The gradient by central differences of the loss. */
  double[] differences(int input, double step) {
    double[] differences = new double[values.get(input).length];
    for (int k = 0; k < differences.length; k++) {
      double x = values.get(input)[k];
      values.get(input)[k] = x + step;
      double above = run(loss, input, values)[0];
      values.get(input)[k] = x - step;
      double below = run(loss, input, values)[0];
      values.get(input)[k] = x;
      differences[k] = (above - below) / (2 * step);
    }
    return differences;
  }

  /** The product by central differences of the gradient. */
  double[] secondDifferences(int input, double step) {
    double[] above = run(gradients.get(input), input, moved(step));
    double[] below = run(gradients.get(input), input, moved(-step));
    double[] second = new double[above.length];
    for (int k = 0; k < second.length; k++) {
      second[k] = (above[k] - below[k]) / (2 * step);
    }
    return second;
  }

  private List<double[]> moved(double step) {
    List<double[]> moved = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      double[] sum = values.get(i).clone();
      for (int k = 0; k < sum.length; k++) {
        sum[k] += step * directions.get(i)[k];
      }
      moved.add(sum);
    }
    return moved;
  }

  private double[] run(@Nullable Operand<TNumber> fetched, int input, List<double[]> at) {
    if (fetched == null) {
      return new double[at.get(input).length];
    }
    List<TNumber> tensors = new ArrayList<>();
    Session.Runner runner = session.runner().fetch(fetched);
    for (int i = 0; i < fed.size(); i++) {
      tensors.add(halves(fed.get(i), at.get(i)));
      runner.feed(fed.get(i), tensors.get(2 * i));
      tensors.add(halves(fedDirections.get(i), directions.get(i)));
      runner.feed(fedDirections.get(i), tensors.get(2 * i + 1));
    }
    try (Result result = runner.run()) {
      return elements(result);
    } finally {
      tensors.forEach(TNumber::close);
    }
  }

  private static TNumber halves(Output<TNumber> placeholder, double[] values) {
    double[] halves = Arrays.stream(values).map(value -> value / 2).toArray();
    if (placeholder.type().equals(TFloat64.class)) {
      return TFloat64.tensorOf(placeholder.shape(), DataBuffers.of(halves));
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) halves[i];
    }
    return TFloat32.tensorOf(placeholder.shape(), DataBuffers.of(rounded));
  }

  private static double[] elements(Result result) {
    int size = (int) result.get(0).shape().size();
    double[] elements = new double[size];
    if (result.get(0) instanceof TFloat64 tensor) {
      tensor.copyTo(DataBuffers.of(elements, false, false));
      return elements;
    }
    float[] single = new float[size];
    ((TFloat32) result.get(0)).copyTo(DataBuffers.of(single, false, false));
    for (int i = 0; i < size; i++) {
      elements[i] = single[i];
    }
    return elements;
  }

  static void assertClose(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    assertThat(Math.sqrt(error)).isLessThanOrEqualTo(tolerance * Math.max(1, Math.sqrt(norm)));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
