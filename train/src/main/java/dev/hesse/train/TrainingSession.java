package dev.hesse.train;

import dev.hesse.hessian.CompiledLoss.Evaluation;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.FedBatch;
import dev.hesse.hessian.Tensors;
import dev.hesse.hessian.autodiff.FoldScale;
import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Constants;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * A ResNet whose variables live in a session and are trained there. Each batch size has its own
 * part of the graph, written when it is first needed; all parts share the variables. Not
 * thread-safe.
 *
 * <p>Cost of a step: a gradient, about three forward passes.
 */
public final class TrainingSession implements AutoCloseable {
  private static final String VELOCITY = ".momentum_buffer";

  private final ResNet network;
  private final Precision precision;
  private final Class<TNumber> type;
  private final double momentum;
  private final double weightDecay;
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Operand<TNumber> learningRate;
  private final SessionVariables variables;
  private final Session session;
  private final Map<Integer, Part> steps = new HashMap<>();
  private final Map<Integer, Part> evaluations = new HashMap<>();

  /** The nodes for one batch size; without updates to evaluate. */
  private record Part(
      String prefix,
      List<Feed> feeds,
      Output<TNumber> loss,
      Output<TNumber> correct,
      List<Op> updates) {}

  /**
   * Starts a session with the network's weights and without momentum.
   *
   * @param momentum μ of {@link #step}
   * @param weightDecay λ of {@link #step}
   */
  public TrainingSession(
      ResNet network, double momentum, double weightDecay, Precision precision, Device device) {
    this.network = network;
    this.precision = precision;
    @SuppressWarnings("unchecked") // the session's one number type
    Class<TNumber> number = (Class<TNumber>) precision.type();
    type = number;
    this.momentum = momentum;
    this.weightDecay = weightDecay;
    Session started = null;
    boolean built = false;
    try {
      learningRate = tf.placeholder(type, Placeholder.shape(Shape.scalar()));
      variables = new SessionVariables(tf, precision, type);
      started = new Session(graph, device.sessionConfig());
      session = started;
      Map<String, double[]> values = new HashMap<>(network.weights());
      List<Variable> all = network.lossGraph(1, precision).variables();
      all.forEach(variable -> variables.declare(variable.name(), variable.shape()));
      for (Variable variable : all) {
        if (variable.trainable()) {
          variables.declare(variable.name() + VELOCITY, variable.shape());
          int size = Math.toIntExact(variable.shape().stream().reduce(1L, Math::multiplyExact));
          values.put(variable.name() + VELOCITY, new double[size]);
        }
      }
      assign(values);
      built = true;
    } finally {
      if (!built) {
        close(started);
      }
    }
  }

  /**
   * One step of stochastic gradient descent with momentum, as PyTorch's {@code SGD} takes it: g =
   * ∇L(w) + λw, v ← μv + g, w ← w − ηv for every trainable variable, L the mean loss over the batch
   * with batch statistics in batch norm, whose running statistics move on as well.
   *
   * @param learningRate η
   * @return loss and correct predictions of the batch before the step, in training mode
   */
  public Evaluation step(Batch batch, double learningRate) {
    Part part = steps.computeIfAbsent(batch.size(), this::writeStep);
    try (TNumber rate = Tensors.of(precision, Shape.scalar(), new double[] {learningRate})) {
      return run(
          part,
          batch,
          runner -> {
            part.updates().forEach(runner::addTarget);
            return runner.feed(this.learningRate, rate);
          });
    }
  }

  /** The mean loss over a batch and its correct predictions, in evaluation mode. */
  public Evaluation evaluate(Batch batch) {
    Part part = evaluations.computeIfAbsent(batch.size(), this::writeEvaluation);
    return run(part, batch, Function.identity());
  }

  private Evaluation run(Part part, Batch batch, Function<Session.Runner, Session.Runner> setUp) {
    try (FedBatch fed = new FedBatch(graph, part.prefix(), part.feeds(), batch);
        Result result =
            fed.feedTo(setUp.apply(session.runner()))
                .fetch(part.loss())
                .fetch(part.correct())
                .run()) {
      return new Evaluation(
          Tensors.toDoubles(result.get(0))[0], Tensors.toDoubles(result.get(1))[0]);
    }
  }

  private Part writeStep(int batchSize) {
    LossGraph loss = network.trainingGraph(batchSize, precision);
    String prefix = "step" + batchSize;
    Part part = part(prefix, loss, loss.graph());
    List<String> trainable =
        loss.parameters().parameters().stream().map(parameter -> parameter.name()).toList();
    List<Output<TNumber>> parameters =
        trainable.stream().map(name -> this.<TNumber>output(prefix, name + ".read")).toList();
    List<Operand<TNumber>> gradients = Gradient.of(graph, part.loss(), parameters);
    for (int i = 0; i < trainable.size(); i++) {
      Operand<TNumber> decay = tf.math.mul(parameters.get(i), number(weightDecay));
      Operand<TNumber> gradient = gradients.get(i);
      part.updates()
          .add(
              tf.train.resourceApplyMomentum(
                  variables.handle(trainable.get(i)),
                  variables.handle(trainable.get(i) + VELOCITY),
                  learningRate,
                  gradient == null ? decay : tf.math.add(gradient, decay),
                  number(momentum)));
    }
    loss.updates()
        .forEach(
            (name, next) ->
                part.updates()
                    .add(
                        tf.assignVariableOp(
                            variables.handle(name), this.<TNumber>output(prefix, next))));
    return part;
  }

  private Part writeEvaluation(int batchSize) {
    LossGraph loss = network.lossGraph(batchSize, precision);
    return part("evaluate" + batchSize, loss, FoldScale.apply(loss.graph(), loss.results()));
  }

  private Part part(String prefix, LossGraph loss, GraphDef definition) {
    graph.importGraphDef(definition, prefix);
    return new Part(
        prefix + "/",
        loss.feeds(),
        output(prefix, loss.loss()),
        output(prefix, loss.correct().orElseThrow()),
        new ArrayList<>());
  }

  /**
   * The values of all variables by name, momentum included, row-major in the graph's axis order.
   */
  public Map<String, double[]> values() {
    return variables.values(session);
  }

  /** The same as tensors of the session's precision, in the graph's axis order. */
  Map<String, StoredTensor> tensors() {
    return variables.tensors(session);
  }

  /**
   * Assigns all variables.
   *
   * @param values as {@link #values} gives them
   * @throws IllegalArgumentException if a variable has no value or one of another size
   */
  public void assign(Map<String, double[]> values) {
    variables.assign(session, values);
  }

  /** The network with its weights as they are now. */
  public ResNet network() {
    Map<String, double[]> weights = values();
    weights.keySet().removeIf(name -> name.endsWith(VELOCITY));
    return new ResNet(network.config(), weights);
  }

  private Operand<TNumber> number(double value) {
    return Constants.scalar(tf, type, value);
  }

  @SuppressWarnings("unchecked") // the caller knows the node
  private <T extends TType> Output<T> output(String prefix, String node) {
    return (Output<T>) graph.outputOrThrow(prefix + "/" + node);
  }

  @Override
  public void close() {
    close(session);
  }

  private void close(@Nullable Session started) {
    try (graph) {
      if (started != null) {
        started.close();
      }
    }
  }
}
