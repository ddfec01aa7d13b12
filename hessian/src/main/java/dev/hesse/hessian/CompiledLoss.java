package dev.hesse.hessian;

import dev.hesse.hessian.autodiff.FoldScale;
import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.hessian.autodiff.Tangent;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Constants;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.ArrayList;
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
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A loss of one batch size in a session, with its gradient and Hessian-vector products. Derivatives
 * are added to the graph when they are first asked for. Not thread-safe.
 */
public final class CompiledLoss implements AutoCloseable {
  private final LossGraph loss;
  private final Curvature curvature;
  private final ParameterLayout layout;
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Output<TNumber>> parameters = new ArrayList<>();
  private @Nullable GradientNodes gradient;
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
   * @param correct how many examples have their largest logit at the label
   */
  public record Evaluation(double loss, int correct) {}

  /**
   * Imports the graph and assigns its variables.
   *
   * @param weights every variable's value by name, row-major in its shape
   */
  public CompiledLoss(
      LossGraph loss, Map<String, double[]> weights, Curvature curvature, Device device) {
    this.loss = loss;
    this.curvature = curvature;
    this.layout = loss.parameters();
    boolean built = false;
    try {
      graph.importGraphDef(FoldScale.apply(loss.graph()));
      session = new Session(graph, device.sessionConfig());
      built = true;
    } finally {
      if (!built) {
        graph.close();
      }
    }
    for (Parameter parameter : layout.parameters()) {
      parameters.add(output(parameter.name() + ".read"));
    }
    assign(weights);
  }

  private void assign(Map<String, double[]> weights) {
    Ops tf = Ops.create(graph).withSubScope("assign");
    for (Variable variable : loss.variables()) {
      double[] values = weights.get(variable.name());
      if (values == null) {
        throw new IllegalArgumentException("no value for variable " + variable.name());
      }
      Shape shape = shape(variable.shape());
      Operand<? extends TNumber> value =
          tf.placeholder(loss.precision().type(), Placeholder.shape(shape));
      Op assign = tf.assignVariableOp(graph.outputOrThrow(variable.name()), value);
      try (TNumber tensor = Tensors.of(loss.precision(), shape, values)) {
        session.runner().feed(value, tensor).addTarget(assign).run().close();
      }
    }
  }

  /** Runs the loss alone. */
  public Evaluation evaluate(Batch batch) {
    try (Fed fed = new Fed(batch);
        Result result =
            fed.runner().fetch(output(loss.loss())).fetch(output(loss.logits())).run()) {
      double[] logits = Tensors.toDoubles(result.get(1));
      return new Evaluation(Tensors.toDoubles(result.get(0))[0], correct(logits, batch.labels()));
    }
  }

  private static int correct(double[] logits, int[] labels) {
    int classes = logits.length / labels.length;
    int correct = 0;
    for (int i = 0; i < labels.length; i++) {
      int largest = 0;
      for (int c = 1; c < classes; c++) {
        if (logits[i * classes + c] > logits[i * classes + largest]) {
          largest = c;
        }
      }
      correct += largest == labels[i] ? 1 : 0;
    }
    return correct;
  }

  /** The gradient of the batch's mean loss. */
  public double[] gradient(Batch batch) {
    try (Fed fed = new Fed(batch);
        Result result = fed.runner().fetch(gradientNodes().flat()).run()) {
      return Tensors.toDoubles(result.get(0));
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

  /** The memory that {@link #keep} takes for one batch. */
  public long bytesPerBatch() {
    return cachedProduct().values().bytes();
  }

  /**
   * Computes and keeps all values that products over this batch read.
   *
   * <p>Cost: a gradient.
   */
  public KeptBatch keep(Batch batch) {
    List<KeptValues.Kept> kept = cachedProduct().values().all();
    try (Fed fed = new Fed(batch)) {
      Session.Runner runner = fed.runner();
      kept.forEach(value -> runner.fetch(value.keep()));
      return new KeptBatch(session, kept, runner.run());
    }
  }

  /** H·v over a batch that was kept. */
  public double[] product(KeptBatch batch, double[] direction) {
    CachedProduct nodes = cachedProduct();
    try (TNumber fed = vector(direction);
        Result result =
            batch
                .feedTo(session.runner())
                .feed(nodes.direction(), fed)
                .fetch(nodes.product())
                .run()) {
      return Tensors.toDoubles(result.get(0));
    }
  }

  /**
   * Where the time of {@link #product} goes.
   *
   * @return seconds on all threads together by type of operation, longest first
   */
  public Map<String, Double> profile(KeptBatch batch, double[] direction) {
    CachedProduct nodes = cachedProduct();
    RunOptions traced =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (TNumber fed = vector(direction);
        Result result =
            batch
                .feedTo(session.runner())
                .feed(nodes.direction(), fed)
                .fetch(nodes.product())
                .setOptions(traced)
                .runAndFetchMetadata()) {
      return OperationTimes.of(result.getMetadata().orElseThrow().getStepStats());
    }
  }

  /**
   * H·v for several v over one batch, whose values are computed anew and shared between them.
   *
   * @param directions at most {@code block} of them
   * @param block how many the graph is written for; the same in every call
   */
  public double[][] products(Batch batch, double[][] directions, int block) {
    DirectProduct nodes = directProduct(block);
    List<TNumber> fedVectors = new ArrayList<>();
    try (Fed fed = new Fed(batch)) {
      Session.Runner runner = fed.runner();
      for (int i = 0; i < directions.length; i++) {
        fedVectors.add(vector(directions[i]));
        runner.feed(nodes.directions().get(i), fedVectors.get(i)).fetch(nodes.products().get(i));
      }
      double[][] products = new double[directions.length][];
      try (Result result = runner.run()) {
        for (int i = 0; i < products.length; i++) {
          products[i] = Tensors.toDoubles(result.get(i));
        }
      }
      return products;
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
      Operand<TNumber> product = flatten(tf, product(tf, split(tf, direction), values));
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
                    product(tf, split(tf, start.identity(direction)), UnaryOperator.identity())));
      }
      directProduct = nodes;
    }
    return nodes;
  }

  /** Writes the curvature matrix times a direction that is given by parameter. */
  private List<@Nullable Operand<TNumber>> product(
      Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value) {
    List<@Nullable Operand<TNumber>> gradients = gradientNodes().parts();
    return switch (curvature) {
      case HESSIAN -> new Tangent(graph, parameters, gradients).along(tf, direction, value);
      case GAUSS_NEWTON -> {
        Output<TNumber> logits = output(loss.logits());
        List<Output<TNumber>> scores = List.of(logits);
        List<@Nullable Operand<TNumber>> targets = new ArrayList<>(scores);
        Operand<TNumber> moved =
            Objects.requireNonNull(
                new Tangent(graph, parameters, targets).along(tf, direction, value).get(0),
                "logits depend on no parameter");
        List<@Nullable Operand<TNumber>> slope = Gradient.of(graph, output(loss.loss()), scores);
        Operand<TNumber> curved =
            Objects.requireNonNull(
                new Tangent(graph, scores, slope).along(tf, List.of(moved), value).get(0),
                "the loss is linear in the logits");
        yield Gradient.of(tf, graph, logits, curved, parameters, value);
      }
    };
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
    return tf.concat(flat, tf.constant(0));
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

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  /** A batch as the placeholders take it. */
  private final class Fed implements AutoCloseable {
    private final TNumber inputs;
    private final TInt32 labels;

    Fed(Batch batch) {
      if (batch.size() != loss.batchSize()) {
        throw new IllegalArgumentException(
            "a batch of %d examples, expected %d".formatted(batch.size(), loss.batchSize()));
      }
      Shape shape = graph.outputOrThrow(loss.inputs()).shape();
      inputs = Tensors.of(loss.precision(), shape, batch.inputs());
      labels = TInt32.vectorOf(batch.labels());
    }

    Session.Runner runner() {
      return session.runner().feed(loss.inputs(), inputs).feed(loss.labels(), labels);
    }

    @Override
    public void close() {
      inputs.close();
      labels.close();
    }
  }

  /** The kept values of one batch; closing it frees them. */
  public static final class KeptBatch implements AutoCloseable {
    private final Session session;
    private final List<KeptValues.Kept> values;
    private final Result handles;

    KeptBatch(Session session, List<KeptValues.Kept> values, Result handles) {
      this.session = session;
      this.values = values;
      this.handles = handles;
    }

    Session.Runner feedTo(Session.Runner runner) {
      for (int i = 0; i < values.size(); i++) {
        runner.feed(values.get(i).handle(), handles.get(i));
      }
      return runner;
    }

    @Override
    public void close() {
      Session.Runner runner = feedTo(session.runner());
      values.forEach(value -> runner.addTarget(value.discard()));
      runner.run().close();
      handles.close();
    }
  }
}
