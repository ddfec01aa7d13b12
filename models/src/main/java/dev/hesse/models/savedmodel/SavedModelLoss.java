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
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * A SavedModel with a loss behind one of its outputs. Its parameters are the variables that it was
 * trained by, as far as the output depends on them.
 */
public final class SavedModelLoss implements LossModel {
  private final SavedModels model;
  private final Spec spec;
  private final Map<String, StoredTensor> values;
  private final List<Variable> variables;
  private final String parameterRule;
  private final Map<String, double[]> weights = new LinkedHashMap<>();

  /**
   * What is computed of a model, and what from.
   *
   * @param output tensor name of what the loss is computed from
   * @param inputs tensors that are fed, where the output needs them
   * @param loss of the output against the labels, {@link Batch#LABELS}. A softmax or sigmoid that
   *     goes with it and is the output's last operation is taken off: the loss has its own.
   * @param targets whether labels have the output's shape; otherwise they are class numbers
   */
  public record Spec(String output, List<Input> inputs, Loss loss, boolean targets) {
    public Spec {
      inputs = List.copyOf(inputs);
      if (!targets && loss != Loss.SOFTMAX_CROSS_ENTROPY) {
        throw new IllegalArgumentException(
            "expected targets for %s, got class numbers".formatted(loss.label()));
      }
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
   * @param values the checkpoint's tensors by key
   */
  SavedModelLoss(SavedModels model, Spec spec, Map<String, StoredTensor> values) {
    this.model = model;
    this.spec = spec;
    this.values = Map.copyOf(values);
    this.variables = new ArrayList<>();
    InferenceGraph graph = imported(1);
    List<String> floating =
        graph.variables().stream()
            .filter(variable -> PrecisionConversion.isFloating(variable.type()))
            .map(VariableReads.StoredVariable::node)
            .toList();
    TrainableVariables trainable = model.trainable(floating);
    this.parameterRule = trainable.rule().sentence();
    for (VariableReads.StoredVariable variable : graph.variables()) {
      StoredTensor value = value(graph, variable);
      if (floating.contains(variable.node())) {
        List<Long> shape = Arrays.stream(value.shape()).boxed().toList();
        boolean isParameter = trainable.nodes().contains(variable.node());
        variables.add(new Variable(variable.node(), shape, isParameter));
        weights.put(variable.node(), value.toDoubles());
      }
    }
    if (variables.isEmpty()) {
      throw new BadInputException(
          "%s depends on no variable".formatted(BadInputException.quote(spec.output())),
          "Export the model with its weights as variables, or name another output");
    }
  }

  private StoredTensor value(InferenceGraph graph, VariableReads.StoredVariable variable) {
    String key = graph.keys().getOrDefault(variable.node(), variable.node());
    StoredTensor value = values.get(key);
    if (value == null) {
      throw new BadInputException(
          "variable %s is not in the model's checkpoint, where its key would be %s"
              .formatted(BadInputException.quote(variable.node()), BadInputException.quote(key)),
          "Export the model again, with all of its variables");
    }
    return value;
  }

  private InferenceGraph imported(int batchSize) {
    List<FedTensor> fed = spec.inputs().stream().map(input -> fed(input, batchSize)).toList();
    InferenceGraph graph = model.graph(List.of(TensorName.of(spec.output())), fed);
    Stripped stripped = Stripped.of(graph.graph(), graph.outputs().get(0));
    if (!stripped.loss().equals(Optional.of(spec.loss()))) {
      return graph;
    }
    List<TensorName> logits = List.of(stripped.output());
    return new InferenceGraph(
        graph.graph().neededBy(logits), logits, graph.variables(), graph.keys());
  }

  private FedTensor fed(Input input, long batchSize) {
    return new FedTensor(
        TensorName.of(input.tensor()),
        model.elementType(input.tensor()),
        Stream.concat(Stream.of(batchSize), input.exampleShape().stream()).toList());
  }

  @Override
  public LossGraph lossGraph(int batchSize, Precision precision) {
    InferenceGraph imported = imported(batchSize);
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    imported.variables().forEach(v -> stored.put(v.node(), value(imported, v)));
    FlatGraph graphOfValues = VariableValues.write(imported.graph(), stored);
    FlatGraph flat =
        ConstantFolding.fold(
            BatchNormExpansion.expand(PrecisionConversion.to(precision, graphOfValues)),
            imported.outputs(),
            model.operations());
    try (Graph graph = new Graph()) {
      flat.importInto(graph);
      Output<TNumber> output = output(graph, imported.outputs().get(0));
      Ops tf = Ops.create(graph).withSubScope("hesse");
      Operand<TNumber> outputs = tf.withName("outputs").identity(output);
      LossHead head =
          spec.targets()
              ? LossHead.targets(tf, spec.loss(), outputs)
              : LossHead.classes(tf, outputs);
      List<Feed> feeds = new ArrayList<>();
      for (Input input : spec.inputs()) {
        String placeholder = fed(input, batchSize).placeholder();
        if (flat.nodes().containsKey(placeholder)) {
          feeds.add(new Feed(placeholder, input.array()));
        }
      }
      feeds.add(new Feed(head.labels(), Batch.LABELS));
      return new LossGraph(
          graph.toGraphDef(),
          batchSize,
          feeds,
          Optional.of(outputs.op().name()),
          head.loss(),
          head.correct(),
          variables,
          Map.of(),
          precision);
    }
  }

  private static Output<TNumber> output(Graph graph, TensorName tensor) {
    Output<?> output = graph.operationOrThrow(tensor.node()).output(tensor.index());
    if (!PrecisionConversion.isFloating(output.dataType())) {
      throw new BadInputException(
          "%s holds %s, of which there is no derivative"
              .formatted(BadInputException.quote(tensor.toString()), output.dataType()),
          "Name a tensor before it with --output; hesse inspect lists them");
    }
    @SuppressWarnings("unchecked") // as its data type says
    Output<TNumber> numbers = (Output<TNumber>) output;
    return numbers;
  }

  /** How it is known which variables are the parameters: a phrase. */
  public String parameterRule() {
    return parameterRule;
  }

  @Override
  public Map<String, double[]> weights() {
    return Map.copyOf(weights);
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
