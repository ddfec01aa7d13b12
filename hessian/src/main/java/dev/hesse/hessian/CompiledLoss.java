package dev.hesse.hessian;

import dev.hesse.hessian.autodiff.FoldScale;
import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.io.DataArray;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Constants;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.family.TNumber;

/**
 * A loss of one batch size in a session, with its gradient and Hessian-vector products. Derivatives
 * are added to the graph when they are first asked for. Not thread-safe.
 */
public final class CompiledLoss implements AutoCloseable {
  private final LossGraph loss;
  private final Curvature curvature;
  private final ParameterLayout layout;
  private final NetworkOutputs outputs;
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Output<TNumber>> parameters = new ArrayList<>();
  private @Nullable GradientNodes gradient;
  private @Nullable Operand<TNumber> residualNorms;
  private @Nullable CurvatureProduct writer;
  private @Nullable CachedProduct cachedProduct;
  private @Nullable DirectProduct directProduct;

  /** The gradient: one node per parameter (null where it is zero), and all of them flat. */
  private record GradientNodes(List<@Nullable Operand<TNumber>> parts, Operand<TNumber> flat) {}

  /** A product that reads kept values. */
  private record CachedProduct(
      Operand<TNumber> direction, Operand<TNumber> product, KeptValues values) {}

  /** Products that compute all values anew, several per run. */
  private record DirectProduct(
      List<Operand<TNumber>> directions, List<Operand<TNumber>> products) {}

  /**
   * What one run over a batch finds.
   *
   * @param loss mean over the batch
   * @param correct how many examples are classified right, as {@link LossGraph#correct}; NaN where
   *     nothing is classified
   */
  public record Evaluation(double loss, double correct) {}

  /**
   * What a run over a batch with its gradient finds.
   *
   * @param gradient of the mean loss
   * @param kept closed already if keeping was not asked for
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
  public record Pass(Evaluation evaluation, double[] gradient, KeptBatch kept) {}

  /** With one sample of each term. */
  public CompiledLoss(
      LossGraph loss, Map<String, double[]> weights, Curvature curvature, Device device) {
    this(loss, weights, curvature, 1, device);
  }

  /**
   * Imports the graph and assigns its variables.
   *
   * @param weights every variable's value by name, row-major in its shape
   * @param samples labels drawn for each term of {@link Curvature#MONTE_CARLO_FISHER}
   * @throws ModelException if the loss does not have what the curvature is made of
   */
  CompiledLoss(
      LossGraph loss,
      Map<String, double[]> weights,
      Curvature curvature,
      int samples,
      Device device) {
    this.loss = loss;
    this.curvature = curvature;
    this.layout = loss.parameters();
    Session started = null;
    boolean built = false;
    try {
      graph.importGraphDef(FoldScale.apply(loss.graph(), loss.results()));
      started = new Session(graph, device.sessionConfig(loss.graph().getNodeCount()));
      session = started;
      for (Parameter parameter : layout.parameters()) {
        parameters.add(output(parameter.name() + ".read"));
      }
      assign(weights);
      outputs = new NetworkOutputs(graph, loss, curvature, samples);
      built = true;
    } finally {
      if (!built) {
        close(started);
      }
    }
  }

  private void assign(Map<String, double[]> weights) {
    SessionVariables variables = new SessionVariables(graph, session, loss.precision());
    for (Variable variable : loss.variables()) {
      double[] values = weights.get(variable.name());
      if (values == null) {
        throw new IllegalArgumentException("no value for variable " + variable.name());
      }
      variables.assign(variable.name(), variable.shape(), values);
    }
  }

  /**
   * Runs the loss alone.
   *
   * @throws ModelException naming the first operation whose output is not finite if the loss is not
   */
  public Evaluation evaluate(Batch batch) {
    try (FedBatch fed = fed(batch);
        Result result = fetchEvaluation(fed.feedTo(session.runner())).run()) {
      return evaluation(result, fed);
    }
  }

  /**
   * How far each example is from being fitted: ‖∂L/∂z‖ with its outputs z, which for a softmax is
   * the distance of its probabilities from its label, over the batch size.
   *
   * <p>Cost: an evaluation.
   *
   * @return one number per example; empty where the graph computes its loss itself
   */
  public double[] residuals(Batch batch) {
    if (loss.outputs().isEmpty()) {
      return new double[0];
    }
    Operand<TNumber> norms = residualNorms;
    if (norms == null) {
      Ops tf = Ops.create(graph).withSubScope("residuals");
      Operand<TNumber> slope =
          Objects.requireNonNull(
              Gradient.of(graph, output(loss.loss()), List.of(outputs.output())).get(0),
              "the loss depends on its outputs");
      Operand<TNumber> rows = tf.reshape(slope, tf.constant(new int[] {loss.batchSize(), -1}));
      norms = tf.math.sqrt(tf.sum(tf.math.square(rows), tf.constant(1)));
      residualNorms = norms;
    }
    try (FedBatch fed = fed(batch);
        Result result = fed.feedTo(session.runner()).fetch(norms).run()) {
      return Tensors.toDoubles(result.get(0));
    }
  }

  private Session.Runner fetchEvaluation(Session.Runner runner) {
    runner.fetch(output(loss.loss()));
    loss.correct().ifPresent(correct -> runner.fetch(output(correct)));
    return runner;
  }

  private Evaluation evaluation(Result result, FedBatch fed) {
    double mean = Tensors.toDoubles(result.get(0))[0];
    if (!Double.isFinite(mean)) {
      String first =
          new FiniteSearch(graph, session, loss.feeds()).first(output(loss.loss()), fed).orElse("");
      throw new ModelException(
          "the loss is %s, and the first numbers that are not finite are those of %s"
              .formatted(mean, first),
          "Check the inputs' normalisation, or take a checkpoint from before training diverged");
    }
    return new Evaluation(
        mean, loss.correct().isPresent() ? Tensors.toDoubles(result.get(1))[0] : Double.NaN);
  }

  /** With slopes for the product where the batch has them. */
  private FedBatch fed(Batch batch) {
    if (batch.size() != loss.batchSize()) {
      throw new IllegalArgumentException(
          "a batch of %d examples, expected %d".formatted(batch.size(), loss.batchSize()));
    }
    boolean drawn = batch.arrays().containsKey(DrawnSlopes.ARRAY);
    return new FedBatch(graph, "", outputs.feeds(drawn), batch);
  }

  /** The gradient of the batch's mean loss. */
  public double[] gradient(Batch batch) {
    return differentiate(batch, false).gradient();
  }

  /**
   * Runs loss and gradient, and may keep all values that products over this batch read.
   *
   * <p>Cost: a gradient.
   */
  public Pass differentiate(Batch batch, boolean keep) {
    List<KeptValues.Kept> values = keep ? cachedProduct().values().all() : List.of();
    try (FedBatch fed = fed(batch)) {
      Session.Runner runner = fetchEvaluation(fed.feedTo(session.runner()));
      int evaluated = loss.correct().isPresent() ? 2 : 1;
      runner.fetch(gradientNodes().flat());
      values.forEach(value -> runner.fetch(value.keep()));
      Result result = runner.run();
      KeptBatch kept = new KeptBatch(session, values, result);
      boolean read = false;
      try {
        Pass pass =
            new Pass(evaluation(result, fed), Tensors.toDoubles(result.get(evaluated)), kept);
        read = true;
        return pass;
      } finally {
        if (!keep || !read) {
          kept.close();
        }
      }
    }
  }

  /** The parameters that the loss does not depend on. */
  public List<String> unusedParameters() {
    List<@Nullable Operand<TNumber>> parts = gradientNodes().parts();
    List<String> unused = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) == null) {
        unused.add(layout.parameters().get(i).name());
      }
    }
    return unused;
  }

  /** The memory that {@link #differentiate} keeps for one batch. */
  public long bytesPerBatch() {
    return cachedProduct().values().bytes();
  }

  /** H·v over a batch that was kept. */
  public double[] product(KeptBatch batch, double[] direction) {
    double[] product = new double[direction.length];
    addProduct(batch, direction, 1, product);
    return product;
  }

  /** sum += weight·H·v over a batch that was kept. */
  void addProduct(KeptBatch batch, double[] direction, double weight, double[] sum) {
    try (TNumber fed = vector(direction);
        Result result = productRunner(batch, fed).run()) {
      Tensors.addTo(sum, weight, result.get(0));
    }
  }

  /**
   * Where the time of {@link #product} goes.
   *
   * @return seconds on all threads together by type of operation, longest first
   */
  public Map<String, Double> profile(KeptBatch batch, double[] direction) {
    RunOptions traced =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (TNumber fed = vector(direction);
        Result result = productRunner(batch, fed).setOptions(traced).runAndFetchMetadata()) {
      return OperationTimes.of(result.getMetadata().orElseThrow().getStepStats());
    }
  }

  private Session.Runner productRunner(KeptBatch batch, TNumber direction) {
    CachedProduct nodes = cachedProduct();
    return batch.feedTo(session.runner()).feed(nodes.direction(), direction).fetch(nodes.product());
  }

  /**
   * H·v for several v over one batch, whose values are computed anew and shared between them.
   *
   * @param directions at most {@code block} of them
   * @param block how many the graph is written for; the same in every call
   */
  public double[][] products(Batch batch, double[][] directions, int block) {
    double[][] products = new double[directions.length][layout.dimension()];
    addProducts(batch, directions, block, 1, products);
    return products;
  }

  /** As {@link #products}, added to sums with a weight. */
  void addProducts(Batch batch, double[][] directions, int block, double weight, double[][] sums) {
    DirectProduct nodes = directProduct(block);
    List<TNumber> fedVectors = new ArrayList<>();
    try (FedBatch fed = fed(batch)) {
      Session.Runner runner = fed.feedTo(session.runner());
      for (int i = 0; i < directions.length; i++) {
        fedVectors.add(vector(directions[i]));
        runner.feed(nodes.directions().get(i), fedVectors.get(i)).fetch(nodes.products().get(i));
      }
      try (Result result = runner.run()) {
        for (int i = 0; i < sums.length; i++) {
          Tensors.addTo(sums[i], weight, result.get(i));
        }
      }
    } finally {
      fedVectors.forEach(TNumber::close);
    }
  }

  private GradientNodes gradientNodes() {
    GradientNodes nodes = gradient;
    if (nodes == null) {
      List<@Nullable Operand<TNumber>> parts = Gradient.of(graph, output(loss.loss()), parameters);
      nodes = new GradientNodes(parts, flatten(Ops.create(graph).withSubScope("flat"), parts));
      gradient = nodes;
    }
    return nodes;
  }

  private CachedProduct cachedProduct() {
    CachedProduct nodes = cachedProduct;
    if (nodes == null) {
      Ops tf = Ops.create(graph).withSubScope("product");
      KeptValues values = new KeptValues(graph);
      Operand<TNumber> direction = directionPlaceholder(tf);
      Operand<TNumber> product = flatten(tf, writer().write(tf, split(tf, direction), values));
      nodes = new CachedProduct(direction, product, values);
      cachedProduct = nodes;
    }
    return nodes;
  }

  private DirectProduct directProduct(int block) {
    DirectProduct nodes = directProduct;
    if (nodes == null) {
      nodes = new DirectProduct(new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < block; i++) {
        Ops tf = Ops.create(graph).withSubScope("product" + i);
        // One after another, so that the memory of one tangent pass serves all.
        Ops start = i == 0 ? tf : tf.withControlDependencies(nodes.products().get(i - 1));
        Operand<TNumber> direction = directionPlaceholder(tf);
        nodes.directions().add(direction);
        nodes
            .products()
            .add(
                flatten(
                    tf,
                    writer()
                        .write(
                            tf, split(tf, start.identity(direction)), UnaryOperator.identity())));
      }
      directProduct = nodes;
    }
    return nodes;
  }

  private CurvatureProduct writer() {
    CurvatureProduct written = writer;
    if (written == null) {
      written =
          curvature == Curvature.HESSIAN
              ? CurvatureProduct.hessian(graph, parameters, gradientNodes().parts())
              : CurvatureProduct.throughOutputs(
                  graph, parameters, outputs.output(), outputs.matrix());
      writer = written;
    }
    return written;
  }

  /**
   * The batch with the slopes that products are made of, if those are not of its own labels.
   *
   * <p>Cost: an evaluation.
   *
   * @param seed of the draws
   * @param first number of the batch's first example
   */
  Batch forProducts(Batch batch, long seed, int first) {
    if (curvature != Curvature.MONTE_CARLO_FISHER) {
      return batch;
    }
    try (FedBatch fed = fed(batch);
        Result result = fed.feedTo(session.runner()).fetch(outputs.output()).run()) {
      Map<String, DataArray> arrays = new LinkedHashMap<>(batch.arrays());
      arrays.put(DrawnSlopes.ARRAY, outputs.draw(Tensors.toDoubles(result.get(0)), seed, first));
      return new Batch(batch.size(), arrays);
    }
  }

  private Operand<TNumber> directionPlaceholder(Ops tf) {
    @SuppressWarnings("unchecked") // the graph's one number type
    Class<TNumber> type = (Class<TNumber>) loss.precision().type();
    return tf.placeholder(type, Placeholder.shape(Shape.of(layout.dimension())));
  }

  private List<Operand<TNumber>> split(Ops tf, Operand<TNumber> vector) {
    List<Operand<TNumber>> parts = new ArrayList<>();
    for (Parameter parameter : layout.parameters()) {
      Operand<TNumber> part =
          tf.slice(
              vector,
              tf.constant(new int[] {parameter.offset()}),
              tf.constant(new int[] {parameter.size()}));
      parts.add(tf.reshape(part, tf.constant(shape(parameter.shape()).asArray())));
    }
    return parts;
  }

  private Operand<TNumber> flatten(Ops tf, List<@Nullable Operand<TNumber>> parts) {
    List<Operand<TNumber>> flat = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Operand<TNumber> part = parts.get(i);
      int[] size = {layout.parameters().get(i).size()};
      flat.add(
          part == null
              ? tf.broadcastTo(Constants.scalar(tf, parameters.get(i).type(), 0), tf.constant(size))
              : tf.reshape(part, tf.constant(size)));
    }
    return flat.size() == 1 ? tf.identity(flat.get(0)) : tf.concat(flat, tf.constant(0));
  }

  private Output<TNumber> output(String name) {
    @SuppressWarnings("unchecked") // parameters, logits and loss are numbers
    Output<TNumber> output = (Output<TNumber>) graph.outputOrThrow(name);
    return output;
  }

  private TNumber vector(double[] values) {
    if (values.length != layout.dimension()) {
      throw new IllegalArgumentException(
          "a vector of %d entries, expected %d".formatted(values.length, layout.dimension()));
    }
    return Tensors.of(loss.precision(), Shape.of(values.length), values);
  }

  private static Shape shape(List<Long> dimensions) {
    return Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
  }

  /** The operations whose results differ from run to run. */
  List<String> randomOperations() {
    return loss.graph().getNodeList().stream()
        .filter(node -> node.getOp().matches(".*(Random|Multinomial|Dropout).*"))
        .map(node -> node.getOp() + " node " + node.getName())
        .toList();
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
