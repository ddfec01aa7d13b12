package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** The two walks over whole graphs. */
class TangentTest {
  /** The same operations, whose sums threads may split in another way. */
  private static final double ROUNDING = 1e-14;

  private static final Shape FILTER = Shape.of(3, 3, 2, 3);
  private static final Shape WEIGHTS = Shape.of(3, 4);

  /** A convolution, a pooling and a matrix product with their parameters, under a loss. */
  private record Network(Graph graph, Session session, Ops tf) implements AutoCloseable {
    static Network create() {
      Graph graph = new Graph();
      return new Network(graph, new Session(graph), Ops.create(graph));
    }

    List<Output<TNumber>> placeholders() {
      List<Output<TNumber>> placeholders = new ArrayList<>();
      for (Shape shape : List.of(FILTER, WEIGHTS)) {
        placeholders.add(number(tf.placeholder(TFloat64.class, Placeholder.shape(shape))));
      }
      return placeholders;
    }

    Output<TNumber> loss(List<Output<TNumber>> parameters) {
      Operand<TNumber> x = constant(Shape.of(2, 6, 6, 2), 1);
      List<Long> ones = List.of(1L, 1L, 1L, 1L);
      Operand<TInt32> window = tf.constant(new int[] {1, 2, 2, 1});
      Operand<TNumber> features = tf.math.tanh(tf.nn.conv2d(x, parameters.get(0), ones, "SAME"));
      Operand<TNumber> pooled = tf.nn.maxPool(features, window, window, "VALID");
      Operand<TNumber> logits =
          tf.linalg.matMul(tf.math.mean(pooled, tf.constant(new int[] {1, 2})), parameters.get(1));
      Operand<TNumber> losses =
          tf.nn.sparseSoftmaxCrossEntropyWithLogits(logits, tf.constant(new int[] {3, 0})).loss();
      return tf.math.mean(losses, tf.constant(0)).asOutput();
    }

    Operand<TNumber> constant(Shape shape, long seed) {
      double[] values = DerivativeCase.gaussian(new Random(seed), shape);
      return number(tf.reshape(tf.constant(values), tf.constant(shape.asArray())));
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  @Test
  void severalVectorsInOneRunGiveWhatEachGivesAlone() {
    List<double[]> together;
    try (Network network = Network.create()) {
      together = products(network, List.of(10L, 20L, 30L));
    }
    for (int k = 0; k < 3; k++) {
      try (Network network = Network.create()) {
        List<double[]> alone = products(network, List.of(10L * (k + 1)));
        for (int i = 0; i < alone.size(); i++) {
          DerivativeCheck.assertClose(together.get(2 * k + i), alone.get(i), ROUNDING);
        }
      }
    }
  }

  /** The products with one direction per seed, in one run. */
  private static List<double[]> products(Network network, List<Long> seeds) {
    List<Output<TNumber>> parameters = network.placeholders();
    Output<TNumber> loss = network.loss(parameters);
    List<Operand<TNumber>> gradients = Gradient.of(network.graph(), loss, parameters);
    Tangent tangent = new Tangent(network.graph(), parameters, gradients);
    List<Operand<TNumber>> products = new ArrayList<>();
    for (long seed : seeds) {
      List<Operand<TNumber>> direction =
          List.of(network.constant(FILTER, seed), network.constant(WEIGHTS, seed + 1));
      products.addAll(tangent.along(network.tf(), direction, UnaryOperator.identity()));
    }
    return run(network, parameters, products);
  }

  private static List<double[]> run(
      Network network, List<Output<TNumber>> parameters, List<Operand<TNumber>> fetched) {
    Session.Runner runner = network.session().runner();
    fetched.forEach(runner::fetch);
    try (TFloat64 filter = tensor(FILTER, 5);
        TFloat64 weights = tensor(WEIGHTS, 6);
        Result result =
            runner.feed(parameters.get(0), filter).feed(parameters.get(1), weights).run()) {
      List<double[]> values = new ArrayList<>();
      for (int i = 0; i < fetched.size(); i++) {
        TFloat64 tensor = (TFloat64) result.get(i);
        double[] elements = new double[(int) tensor.shape().size()];
        tensor.copyTo(DataBuffers.of(elements, false, false));
        values.add(elements);
      }
      return values;
    }
  }

  private static TFloat64 tensor(Shape shape, long seed) {
    return TFloat64.tensorOf(
        shape, DataBuffers.of(DerivativeCase.gaussian(new Random(seed), shape)));
  }

  @Test
  void integersAndTruthValuesEndEveryPath() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Output<TNumber> x = number(tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(2, 3))));
      Operand<TNumber> rank = cast(tf, tf.math.argMax(x, tf.constant(1), TInt32.class));
      Operand<TNumber> size = cast(tf, tf.shape(x));
      Operand<TNumber> whole = cast(tf, tf.dtypes.cast(tf.math.digamma(x), TInt32.class));
      Operand<TNumber> above =
          tf.select(
              tf.math.greater(x, tf.math.digamma(x)),
              number(tf.constant(1.0)),
              number(tf.constant(2.0)));
      Operand<TNumber> rounded = tf.math.floor(tf.math.digamma(x));
      Operand<TNumber> loss =
          tf.math.addN(
              List.of(
                  Sums.total(tf, rank),
                  Sums.total(tf, size),
                  Sums.total(tf, whole),
                  Sums.total(tf, above),
                  Sums.total(tf, rounded)));
      assertThat(Gradient.of(graph, loss.asOutput(), List.of(x)))
          .containsExactly((Operand<TNumber>) null);
    }
  }

  @Test
  void aStoppedGradientMovesAlongAVector() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Output<TNumber> x = number(tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar())));
      // x·stop(x²) has the gradient x², whose derivative is 2x.
      Operand<TNumber> loss = tf.math.mul(x, tf.stopGradient(tf.math.square(x)));
      List<Operand<TNumber>> gradient = Gradient.of(graph, loss.asOutput(), List.of(x));
      Operand<TNumber> product =
          new Tangent(graph, List.of(x), gradient)
              .along(tf, List.of(number(tf.constant(1.0))), UnaryOperator.identity())
              .get(0);
      try (TFloat64 three = TFloat64.scalarOf(3);
          Result result =
              session.runner().feed(x, three).fetch(gradient.get(0)).fetch(product).run()) {
        assertThat(((TFloat64) result.get(0)).getDouble()).isEqualTo(9);
        assertThat(((TFloat64) result.get(1)).getDouble()).isEqualTo(6);
      }
    }
  }

  private static Operand<TNumber> cast(Ops tf, Operand<? extends TNumber> x) {
    return number(tf.dtypes.cast(x, TFloat64.class));
  }

  @SuppressWarnings("unchecked")
  private static Output<TNumber> number(Operand<TFloat64> operand) {
    return (Output<TNumber>) (Output<?>) operand.asOutput();
  }
}
