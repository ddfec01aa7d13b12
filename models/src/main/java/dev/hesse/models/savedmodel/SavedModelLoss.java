package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.LossHead;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TNumber;

/**
 * A SavedModel with a loss behind one of its outputs. Its parameters are the variables that it was
 * trained by, as far as the output depends on them.
 */
public final class SavedModelLoss implements LossModel {
  private final SavedModels model;
  private final Spec spec;
  private final List<Variable> variables;
  private final String parameterRule;
  private final Optional<String> remark;
  private final Precision precision;
  private final Map<String, double[]> weights = new LinkedHashMap<>();

  /**
   * What is computed of a model, and what from.
   *
   * @param output tensor name of what the loss is computed from
   * @param inputs tensors that are fed, where the output needs them
   * @param constants values of tensors that are the same in every run
   * @param loss of the output against the labels, {@link Batch#LABELS}. A softmax or sigmoid that
   *     goes with it and is the output's last operation is taken off: the loss has its own. Empty
   *     if the output is the loss itself, or one for each example, of which the mean is taken.
   * @param targets whether labels have the output's shape; otherwise they are class numbers
   * @param fromProbabilities whether the output is probabilities, of whose logarithms a
   *     cross-entropy is computed, and nothing is taken off
   * @param parameters what the names of the parameters match in some part, of all floating-point
   *     variables; empty if the model says which they are
   * @param exclude what the names of variables match that are no parameters all the same
   */
  public record Spec(
      String output,
      List<Input> inputs,
      Map<String, StoredTensor> constants,
      Optional<Loss> loss,
      boolean targets,
      boolean fromProbabilities,
      Optional<Pattern> parameters,
      Optional<Pattern> exclude) {
    public Spec {
      inputs = List.copyOf(inputs);
      constants = Map.copyOf(constants);
      if (!targets && loss.filter(l -> l != Loss.SOFTMAX_CROSS_ENTROPY).isPresent()) {
        throw new IllegalArgumentException(
            "expected targets for %s, got class numbers".formatted(loss.get().label()));
      }
      if (fromProbabilities && loss.filter(l -> l != Loss.MEAN_SQUARED_ERROR).isEmpty()) {
        throw new IllegalArgumentException("expected a cross-entropy of probabilities");
      }
    }

    /** Of logits, with the parameters that the model says. */
    public Spec(
        String output,
        List<Input> inputs,
        Map<String, StoredTensor> constants,
        Optional<Loss> loss,
        boolean targets) {
      this(output, inputs, constants, loss, targets, false, Optional.empty(), Optional.empty());
    }

    /** Without constants. */
    public Spec(String output, List<Input> inputs, Loss loss, boolean targets) {
      this(output, inputs, Map.of(), Optional.of(loss), targets);
    }
  }

  /**
   * A tensor that is fed.
   *
   * @param tensor name in the model, such as {@code serving_default_x:0}
   * @param array name of the examples' array
   * @param exampleShape without the batch
   */
  public record Input(String tensor, String array, List<Long> exampleShape) {
    public Input {
      exampleShape = List.copyOf(exampleShape);
    }
  }

  /**
   * Finds the variables that the output needs.
   *
   * @param batchSize a number of examples that the model can take at once
   */
  SavedModelLoss(SavedModels model, Spec spec, int batchSize) {
    this.model = model;
    this.spec = spec;
    this.variables = new ArrayList<>();
    InferenceGraph graph = unstripped(batchSize);
    // Of some the shape alone was used.
    List<VariableReads.StoredVariable> read =
        graph.variables().stream()
            .filter(v -> graph.graph().nodes().containsKey(v.node() + VariableReads.READ))
            .toList();
    List<String> floating =
        read.stream()
            .filter(variable -> PrecisionConversion.isFloating(variable.type()))
            .map(VariableReads.StoredVariable::node)
            .toList();
    TrainableVariables trainable =
        model.trainable(floating).chosen(floating, spec.parameters(), spec.exclude());
    this.parameterRule = trainable.rule();
    this.remark = remark(graph);
    for (VariableReads.StoredVariable variable : read) {
      StoredTensor value = Objects.requireNonNull(graph.values().get(variable.node()));
      if (floating.contains(variable.node())) {
        List<Long> shape = Arrays.stream(value.shape()).boxed().toList();
        boolean isParameter = trainable.nodes().contains(variable.node());
        variables.add(new Variable(variable.node(), shape, isParameter));
        weights.put(variable.node(), value.toDoubles());
      }
    }
    this.precision =
        read.stream().anyMatch(v -> v.type() == DataType.DT_DOUBLE)
            ? Precision.FLOAT64
            : Precision.FLOAT32;
    if (variables.isEmpty()) {
      throw withoutVariables(graph);
    }
  }

  private BadInputException withoutVariables(InferenceGraph graph) {
    long constants =
        graph.graph().nodes().values().stream()
            .filter(node -> node.getOp().equals("Const"))
            .map(node -> node.getAttrOrThrow("value").getTensor())
            .filter(tensor -> PrecisionConversion.isFloating(tensor.getDtype()))
            .mapToLong(tensor -> ShapeConstants.shape(tensor.getTensorShape()).size())
            .sum();
    return new BadInputException(
        "%s depends on no variable%s"
            .formatted(
                BadInputException.quote(spec.output()),
                constants == 0
                    ? ""
                    : ", but on constants of %,d floating-point numbers".formatted(constants)),
        "Export the model with its weights as variables, not frozen, or name another output");
  }

  private Optional<String> remark(InferenceGraph graph) {
    TensorName output = graph.outputs().get(0);
    return spec.fromProbabilities()
        ? Optional.empty()
        : spec.loss()
            .filter(loss -> loss != Loss.MEAN_SQUARED_ERROR)
            .flatMap(
                loss ->
                    Stripped.of(graph.graph(), output)
                        .remark(graph.graph(), output, spec.output(), loss));
  }

  private InferenceGraph unstripped(int batchSize) {
    List<FedTensor> fed = new ArrayList<>();
    spec.inputs().forEach(input -> fed.add(fed(input, batchSize)));
    spec.constants()
        .forEach(
            (tensor, value) ->
                fed.add(
                    FedTensor.constant(TensorName.of(tensor), model.elementType(tensor), value)));
    return model.graph(List.of(TensorName.of(spec.output())), fed);
  }

  private InferenceGraph imported(int batchSize) {
    InferenceGraph graph = unstripped(batchSize);
    if (spec.fromProbabilities()) {
      return graph;
    }
    Stripped stripped = Stripped.of(graph.graph(), graph.outputs().get(0));
    if (stripped.loss().isEmpty() || !stripped.loss().equals(spec.loss())) {
      return graph;
    }
    List<TensorName> logits = List.of(stripped.output());
    return new InferenceGraph(
        stripped.graph().neededBy(logits), logits, graph.variables(), graph.values());
  }

  private FedTensor fed(Input input, long batchSize) {
    return new FedTensor(
        TensorName.of(input.tensor()),
        model.elementType(input.tensor()),
        Stream.concat(Stream.of(batchSize), input.exampleShape().stream()).toList());
  }

  @Override
  public boolean takesAnyBatch() {
    return spec.inputs().stream()
        .allMatch(input -> model.declaredShape(TensorName.of(input.tensor())).batch().isEmpty());
  }

  @Override
  public LossGraph lossGraph(int batchSize, Precision precision) {
    InferenceGraph imported = imported(batchSize);
    FlatGraph flat =
        ConstantFolding.fold(
            ChannelsLast.write(
                PrecisionConversion.to(
                    precision, BatchNormExpansion.expand(imported.graph()), model.operations())),
            imported.outputs());
    try (Graph graph = new Graph()) {
      flat.importInto(graph);
      Output<TNumber> output = output(graph, imported.outputs().get(0));
      Ops tf = Ops.create(graph).withSubScope("hesse");
      List<Feed> feeds = new ArrayList<>();
      for (Input input : spec.inputs()) {
        String placeholder = fed(input, batchSize).placeholder();
        if (flat.nodes().containsKey(placeholder)) {
          feeds.add(new Feed(placeholder, input.array()));
        }
      }
      Optional<String> outputs = Optional.empty();
      String loss;
      Optional<String> correct = Optional.empty();
      if (spec.loss().isEmpty()) {
        requireLosses(output, batchSize);
        loss = LossHead.mean(tf, output).op().name();
      } else {
        Operand<TNumber> named = tf.withName("outputs").identity(output);
        LossHead head =
            spec.targets()
                ? LossHead.targets(tf, spec.loss().get(), named, spec.fromProbabilities())
                : LossHead.classes(tf, named, spec.fromProbabilities());
        feeds.add(new Feed(head.labels(), Batch.LABELS));
        outputs = Optional.of(named.op().name());
        loss = head.loss();
        correct = head.correct();
      }
      return new LossGraph(
          graph.toGraphDef(),
          batchSize,
          feeds,
          outputs,
          spec.loss().filter(kind -> !spec.fromProbabilities()),
          loss,
          correct,
          variables,
          Map.of(),
          precision);
    }
  }

  private void requireLosses(Output<TNumber> output, int batchSize) {
    Shape shape = output.shape();
    boolean each = shape.numDimensions() == 1 && shape.get(0) == batchSize;
    if (shape.numDimensions() != 0 && !each) {
      throw new BadInputException(
          "%s has shape %s, where a loss is one number, or one for each of %d examples"
              .formatted(BadInputException.quote(spec.output()), shape, batchSize),
          "Name another --loss-output, or an --output with a --loss");
    }
  }

  private static Output<TNumber> output(Graph graph, TensorName tensor) {
    Output<?> output = OutputProbe.output(graph, tensor);
    if (!PrecisionConversion.isFloating(output.dataType())) {
      throw new BadInputException(
          "%s holds %s, of which there is no derivative"
              .formatted(BadInputException.quote(tensor.toString()), output.dataType()),
          "Name a tensor before it with --output; hesse inspect --nodes lists them");
    }
    @SuppressWarnings("unchecked") // as its data type says
    Output<TNumber> numbers = (Output<TNumber>) output;
    return numbers;
  }

  /** How it is known which variables are the parameters: a phrase. */
  public String parameterRule() {
    return parameterRule;
  }

  /**
   * What was done to the output that one might not expect, a sentence without period: its softmax
   * or sigmoid was taken off, or it is taken for logits though it may be none.
   */
  public Optional<String> remark() {
    return remark;
  }

  @Override
  public Map<String, double[]> weights() {
    return Map.copyOf(weights);
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public ParameterLayout parameters() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    variables.stream()
        .filter(Variable::trainable)
        .forEach(variable -> shapes.put(variable.name(), variable.shape()));
    return ParameterLayout.of(shapes);
  }
}
