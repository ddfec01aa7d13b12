package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph.Feed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class FiniteSearchTest {
  private static final List<Feed> FEEDS = List.of(new Feed("x", Batch.IMAGES));

  /** In relu(log(x)), which hides a NaN from whoever looks at the result's neighbours alone. */
  private static Optional<String> first(float... x) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(x.length)));
      Operand<TFloat32> log = tf.withName("logarithm").math.log(input);
      Operand<TFloat32> result = tf.math.div(tf.nn.relu(log), tf.math.mul(log, tf.constant(0f)));
      tf.withName("later").math.log(result);
      Batch batch =
          new Batch(x.length, Map.of(Batch.IMAGES, StoredTensor.of(new long[] {x.length}, x)));
      try (Session session = new Session(graph);
          FedBatch fed = new FedBatch(graph, "", FEEDS, batch)) {
        return new FiniteSearch(graph, session, FEEDS).first(result.asOutput(), fed);
      }
    }
  }

  @Test
  void namesTheFirstOperationWhoseOutputIsNotFinite() {
    assertThat(first(2, -1)).contains("Log node logarithm");
    assertThat(first(2, 3).orElseThrow()).startsWith("Div node");
  }

  @Test
  void namesTheDataIfItIsThere() {
    assertThat(first(2, Float.NaN)).contains("the data, in images");
    assertThat(first(Float.POSITIVE_INFINITY)).contains("the data, in images");
  }
}
