package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Training batch norm as one operation against the same in elementary ones, in single precision.
 */
class BatchNormRulesTest {
  private static final long[] SHAPE = {4, 3, 5, 2};
  private static final int CHANNELS = 2;
  private static final float EPSILON = 1e-3f;

  /** Sums of 60 terms, each rounded to 6e-8, a few in a row. */
  private static final double TOLERANCE = 1e-5;

  @Test
  void theGradientIsThatOfTheElementaryOperations() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Output<TNumber>> inputs = inputs(tf);
      List<Operand<TNumber>> fused = gradient(tf, graph, inputs, fused(tf, inputs));
      List<Operand<TNumber>> elementary = gradient(tf, graph, inputs, elementary(tf, inputs));
      try (Session session = new Session(graph)) {
        for (int i = 0; i < inputs.size(); i++) {
          float[] actual = run(session, inputs, fused.get(i));
          float[] expected = run(session, inputs, elementary.get(i));
          double error = 0;
          double norm = 0;
          for (int k = 0; k < expected.length; k++) {
            error += Math.pow(actual[k] - expected[k], 2);
            norm += Math.pow(expected[k], 2);
          }
          assertThat(norm).isPositive();
          assertThat(Math.sqrt(error)).isLessThanOrEqualTo(TOLERANCE * Math.sqrt(norm));
        }
      }
    }
  }

  @Test
  void aDerivativeAlongAVectorIsRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Output<TNumber>> inputs = inputs(tf);
      GraphOperation operation = (GraphOperation) fused(tf, inputs).op();
      Node node = new GraphView(graph).node(tf, operation, value -> value);
      assertThatThrownBy(() -> DerivativeRules.of(node).tangent(node, List.of()))
          .isInstanceOf(UnsupportedGraphException.class)
          .hasMessageContaining("FusedBatchNormV3")
          .hasMessageContaining("evaluation mode");
    }
  }

  @Test
  void xMayHaveHalfTheScalesPrecision() {
    // Half precision has 11 bits: x, y, gradients and directions are off by up to 5e-4 each, and
    // their sums over 12 elements by several times that where the elements cancel.
    double tolerance = 1e-2;
    DerivativeCase whole = BatchNormCases.withRunningStatistics(TFloat32.class);
    DerivativeCase half = BatchNormCases.withRunningStatistics(TFloat16.class);
    try (DerivativeCheck expected = new DerivativeCheck(whole, true);
        DerivativeCheck actual = new DerivativeCheck(half, true)) {
      for (int i = 0; i < expected.inputs(); i++) {
        DerivativeCheck.assertClose(actual.gradient(i), expected.gradient(i), tolerance);
        DerivativeCheck.assertClose(actual.product(i), expected.product(i), tolerance);
      }
    }
  }

  /** x, scale and offset. */
  private static List<Output<TNumber>> inputs(Ops tf) {
    List<Output<TNumber>> inputs = new ArrayList<>();
    for (long[] shape : List.of(SHAPE, new long[] {CHANNELS}, new long[] {CHANNELS})) {
      inputs.add(number(tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)))));
    }
    return inputs;
  }

  private static Operand<TNumber> fused(Ops tf, List<Output<TNumber>> inputs) {
    Operand<TNumber> ignored = number(tf.constant(new float[CHANNELS]));
    return tf.nn
        .fusedBatchNorm(
            inputs.get(0),
            inputs.get(1),
            inputs.get(2),
            ignored,
            ignored,
            FusedBatchNorm.isTraining(true),
            FusedBatchNorm.epsilon(EPSILON))
        .y();
  }

  private static Operand<TNumber> elementary(Ops tf, List<Output<TNumber>> inputs) {
    Operand<TInt32> axes = tf.constant(new int[] {0, 1, 2});
    Operand<TNumber> centred = tf.math.sub(inputs.get(0), tf.math.mean(inputs.get(0), axes));
    Operand<TNumber> variance = tf.math.mean(tf.math.square(centred), axes);
    Operand<TNumber> epsilon = number(tf.constant(EPSILON));
    Operand<TNumber> scale =
        tf.math.mul(inputs.get(1), tf.math.rsqrt(tf.math.add(variance, epsilon)));
    return tf.math.add(tf.math.mul(centred, scale), inputs.get(2));
  }

  /** Of Σ c ⊙ y with random c. */
  private static List<Operand<TNumber>> gradient(
      Ops tf, Graph graph, List<Output<TNumber>> inputs, Operand<TNumber> y) {
    Operand<TNumber> c = number(tf.reshape(tf.constant(gaussian(120, 5)), tf.constant(SHAPE)));
    Operand<TNumber> loss = tf.sum(tf.math.mul(c, y), tf.constant(new int[] {0, 1, 2, 3}));
    return Gradient.of(graph, loss.asOutput(), inputs);
  }

  private static float[] run(
      Session session, List<Output<TNumber>> inputs, Operand<TNumber> fetched) {
    List<TFloat32> fed = new ArrayList<>();
    Session.Runner runner = session.runner().fetch(fetched);
    for (int i = 0; i < inputs.size(); i++) {
      Shape shape = inputs.get(i).shape();
      fed.add(TFloat32.tensorOf(shape, DataBuffers.of(gaussian((int) shape.size(), i))));
      runner.feed(inputs.get(i), fed.get(i));
    }
    try (Result result = runner.run()) {
      TFloat32 tensor = (TFloat32) result.get(0);
      float[] elements = new float[(int) tensor.shape().size()];
      tensor.copyTo(DataBuffers.of(elements, false, false));
      return elements;
    } finally {
      fed.forEach(TFloat32::close);
    }
  }

  private static float[] gaussian(int size, long seed) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @SuppressWarnings("unchecked")
  private static Output<TNumber> number(Operand<TFloat32> operand) {
    return (Output<TNumber>) (Output<?>) operand.asOutput();
  }
}
