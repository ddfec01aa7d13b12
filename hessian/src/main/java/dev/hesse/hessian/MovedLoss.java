package dev.hesse.hessian;

import dev.hesse.hessian.CompiledLoss.Evaluation;
import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The loss of one batch at moved parameters, L(w + Σ cₖ·dₖ). Weights, directions and the batch stay
 * in the session; an evaluation is fed the coordinates cₖ and nothing else. Not thread-safe.
 */
final class MovedLoss implements AutoCloseable {
  private final LossGraph loss;
  private final int directions;
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Op> keeping = new ArrayList<>();

  /**
   * Imports the graph and assigns weights and directions.
   *
   * @param weights every variable's value by name, row-major in its shape
   * @param directions each of as many entries as there are parameters
   */
  MovedLoss(
      LossGraph loss, Map<String, double[]> weights, List<double[]> directions, Device device) {
    this.loss = loss;
    this.directions = directions.size();
    Session started = null;
    boolean built = false;
    try {
      graph.importGraphDef(MovedGraph.of(loss, directions.stream().map(this::moving).toList()));
      started = new Session(graph, device.sessionConfig(loss.graph().getNodeCount()));
      session = started;
      SessionVariables variables = new SessionVariables(graph, session, loss.precision());
      for (Variable variable : loss.variables()) {
        double[] values = Objects.requireNonNull(weights.get(variable.name()), variable.name());
        variables.assign(variable.name(), variable.shape(), values);
      }
      for (int k = 0; k < directions.size(); k++) {
        for (Parameter parameter : loss.parameters().parameters()) {
          double[] part = part(directions.get(k), parameter);
          if (isMoved(part)) {
            variables.assign(MovedGraph.part(parameter.name(), k), parameter.shape(), part);
          }
        }
      }
      Ops tf = Ops.create(graph).withSubScope("keep");
      for (Feed feed : loss.feeds()) {
        Output<?> fed = graph.outputOrThrow(MovedGraph.FED + feed.node());
        keeping.add(keep(tf, graph.outputOrThrow(MovedGraph.kept(feed.node())), fed));
      }
      built = true;
    } finally {
      if (!built) {
        close(started);
      }
    }
  }

  private Set<String> moving(double[] direction) {
    return loss.parameters().parameters().stream()
        .filter(parameter -> isMoved(part(direction, parameter)))
        .map(Parameter::name)
        .collect(Collectors.toSet());
  }

  private static boolean isMoved(double[] part) {
    return Arrays.stream(part).anyMatch(entry -> entry != 0);
  }

  private static double[] part(double[] vector, Parameter parameter) {
    return Arrays.copyOfRange(vector, parameter.offset(), parameter.offset() + parameter.size());
  }

  private static Op keep(Ops tf, Output<?> variable, Output<?> fed) {
    @SuppressWarnings("unchecked") // any type can be assigned
    Output<TType> value = (Output<TType>) fed;
    return tf.assignVariableOp(variable, value);
  }

  /** Makes a batch the one that evaluations are of. */
  void load(Batch batch) {
    try (FedBatch fed = new FedBatch(graph, MovedGraph.FED, loss.feeds(), batch)) {
      Session.Runner runner = fed.feedTo(session.runner());
      keeping.forEach(runner::addTarget);
      runner.run().close();
    }
  }

  /**
   * The loss at a point, which need not be finite.
   *
   * <p>Cost: a forward pass over the loaded batch.
   */
  Evaluation at(double... coordinates) {
    List<TNumber> fed = new ArrayList<>();
    try {
      Session.Runner runner = session.runner();
      for (int k = 0; k < directions; k++) {
        TNumber coordinate =
            Tensors.of(loss.precision(), Shape.scalar(), new double[] {coordinates[k]});
        fed.add(coordinate);
        runner.feed(graph.outputOrThrow(MovedGraph.coordinate(k)), coordinate);
      }
      runner.fetch(graph.outputOrThrow(loss.loss()));
      loss.correct().ifPresent(correct -> runner.fetch(graph.outputOrThrow(correct)));
      try (Result result = runner.run()) {
        return new Evaluation(
            Tensors.toDoubles(result.get(0))[0],
            loss.correct().isPresent() ? Tensors.toDoubles(result.get(1))[0] : Double.NaN);
      }
    } finally {
      fed.forEach(TNumber::close);
    }
  }

  @Override
  public void close() {
    close(session);
  }

  private void close(@Nullable Session running) {
    try (graph) {
      if (running != null) {
        running.close();
      }
    }
  }
}
