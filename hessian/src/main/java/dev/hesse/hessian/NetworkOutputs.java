package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TNumber;

/** A network's outputs in a graph with its loss, and the matrix over them of one curvature. */
final class NetworkOutputs {
  private final Graph graph;
  private final LossGraph loss;
  private final Curvature curvature;
  private final int samples;
  private final @Nullable Output<TNumber> slopes;

  /**
   * @param graph the loss's, imported
   * @param samples labels drawn for each term of {@link Curvature#MONTE_CARLO_FISHER}
   * @throws ModelException if the loss does not have what the curvature is made of
   */
  NetworkOutputs(Graph graph, LossGraph loss, Curvature curvature, int samples) {
    this.graph = graph;
    this.loss = loss;
    this.curvature = curvature;
    this.samples = samples;
    if (curvature.isOfPredictions()) {
      kind();
    }
    this.slopes = isDrawn() ? placeholder() : null;
  }

  private boolean isDrawn() {
    return curvature == Curvature.MONTE_CARLO_FISHER;
  }

  private Output<TNumber> placeholder() {
    Shape shape = Shape.of(loss.batchSize(), samples).append(output().shape().tail());
    return Ops.create(graph)
        .withSubScope("drawn")
        .placeholder(output().type(), Placeholder.shape(shape))
        .asOutput();
  }

  /** What a run over a batch is given, with the slopes of drawn labels where it has them. */
  List<Feed> feeds(boolean drawn) {
    if (!drawn || slopes == null) {
      return loss.feeds();
    }
    List<Feed> feeds = new ArrayList<>(loss.feeds());
    feeds.add(new Feed(slopes.op().name(), DrawnSlopes.ARRAY));
    return feeds;
  }

  /**
   * The outputs.
   *
   * @throws ModelException if the graph computes its loss itself
   */
  Output<TNumber> output() {
    String name =
        loss.outputs()
            .orElseThrow(
                () ->
                    new ModelException(
                        ("the matrix %s needs the network's outputs apart from the loss, and the graph"
                                + " computes its loss itself")
                            .formatted(curvature.label()),
                        "Take the Hessian, or name outputs and a loss"));
    @SuppressWarnings("unchecked") // outputs of a loss are numbers
    Output<TNumber> output = (Output<TNumber>) graph.outputOrThrow(name);
    return output;
  }

  private Loss kind() {
    return loss.kind()
        .orElseThrow(
            () ->
                new ModelException(
                    ("the matrix %s needs a loss of the network's scores, and the graph computes it"
                            + " itself or from probabilities")
                        .formatted(curvature.label()),
                    "Take the Hessian, or name outputs before their softmax and a loss"));
  }

  /** Adds what the matrix needs to the graph. */
  OutputMatrix matrix() {
    @SuppressWarnings("unchecked") // a loss is a number
    Output<TNumber> mean = (Output<TNumber>) graph.outputOrThrow(loss.loss());
    return switch (curvature) {
      case GAUSS_NEWTON, FISHER -> OutputMatrix.hessian(graph, output(), mean);
      case EMPIRICAL_FISHER, GRADIENT_COVARIANCE -> OutputMatrix.ofExamples(graph, output(), mean);
      case MONTE_CARLO_FISHER ->
          OutputMatrix.ofSamples(output(), kind(), Objects.requireNonNull(slopes));
      case HESSIAN -> throw new IllegalStateException("the Hessian takes more than the outputs");
    };
  }

  /**
   * Draws for a batch.
   *
   * @param values of the outputs, row-major
   * @param first number of the batch's first example
   */
  StoredTensor draw(double[] values, long seed, int first) {
    return DrawnSlopes.draw(kind(), values, output().shape(), samples, new Probes(seed), first);
  }
}
