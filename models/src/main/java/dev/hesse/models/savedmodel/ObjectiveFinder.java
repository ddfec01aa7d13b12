package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.NumberArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.ExampleTable;
import dev.hesse.models.Loss;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** Finds out which tensors of a model arrays and options mean. */
final class ObjectiveFinder {
  /** As many as are usually taken at once, for which the graph need then not be written again. */
  private static final long PROBED_BATCH = 200;

  private static final int SUGGESTED = 3;

  /** A suggested name is there to be copied. */
  private static final int SUGGESTED_LENGTH = 500;

  private final SavedModels model;
  private final LabelledArrays arrays;
  private final ObjectiveOptions options;
  private final SignatureTensors signature;

  /** What is fed where, by tensor. */
  private final Map<TensorName, DataArray> given = new LinkedHashMap<>();

  private final List<String> warnings = new ArrayList<>();

  ObjectiveFinder(SavedModels model, LabelledArrays arrays, ObjectiveOptions options) {
    this.model = model;
    this.arrays = arrays;
    this.options = options;
    boolean tensorsAreNamed = options.output().isPresent() || options.lossOutput().isPresent();
    this.signature = SignatureTensors.of(model, options.signature(), tensorsAreNamed);
    arrays
        .inputs()
        .forEach(
            (name, array) -> {
              if (given.put(existing(name), array) != null) {
                throw new BadInputException(
                    "input %s is given by two names".formatted(quote(name)), "Give it once");
              }
            });
  }

  private TensorName existing(String input) {
    TensorName tensor = signature.input(input);
    if (!model.has(tensor)) {
      throw new BadInputException(
          "the model has no input or tensor %s".formatted(quote(input)),
          signature.inputs().isEmpty()
              ? "Name a tensor that hesse inspect --nodes lists"
              : "The signature's inputs are " + SignatureTensors.list(signature.inputs().keySet()));
    }
    return tensor;
  }

  Objective find() {
    List<TensorName> outputs = outputs();
    List<TensorName> named = complete(outputs);
    given.keySet().stream()
        .filter(tensor -> !named.contains(tensor))
        .forEach(
            tensor ->
                warnings.add(
                    "the output does not depend on input %s, which is not used"
                        .formatted(quote(signature.inputName(tensor)))));
    long examples = examples(named);
    List<TensorName> needed = withoutTexts(outputs, named, examples);
    List<Input> inputs = new ArrayList<>();
    Map<String, StoredTensor> constants = new LinkedHashMap<>();
    Map<String, DataArray> columns = new LinkedHashMap<>();
    List<FedTensor> fed = new ArrayList<>();
    long batch =
        needed.stream()
            .filter(tensor -> !isConstant(tensor, examples))
            .flatMap(tensor -> model.declaredShape(tensor).batch().stream())
            .findFirst()
            .orElse(Math.min(examples, PROBED_BATCH));
    for (TensorName tensor : needed) {
      DataArray array = Objects.requireNonNull(given.get(tensor));
      String name = signature.inputName(tensor);
      DeclaredShape declared = model.declaredShape(tensor);
      DataType type = model.elementType(tensor.toString());
      if (array instanceof NumberArray value && isConstant(tensor, examples)) {
        constants.put(tensor.toString(), value.whole());
        fed.add(FedTensor.constant(tensor, type, value));
      } else {
        List<Long> example = declared.example(name, array);
        String column = name.equals(Batch.LABELS) ? tensor + " " : name;
        inputs.add(new Input(tensor.toString(), column, example));
        columns.put(column, finite(name, array));
        fed.add(
            new FedTensor(
                tensor, type, Stream.concat(Stream.of(batch), example.stream()).toList()));
      }
    }
    if (options.lossOutput().isPresent()) {
      Spec spec =
          new Spec(
              outputs.get(0).toString(),
              inputs,
              constants,
              Optional.empty(),
              /* targets= */ false,
              /* fromProbabilities= */ false,
              options.parameters(),
              options.exclude());
      return new Objective(
          new SavedModelLoss(model, spec, Math.toIntExact(batch)),
          new ExampleTable(arrays.source(), columns),
          "the model's own %s".formatted(quote(options.lossOutput().get())),
          List.copyOf(warnings));
    }
    return labelled(chosen(outputs, fed), batch, inputs, constants, columns);
  }

  /** Takes in the place of texts the numbers that the model makes of them before any variable. */
  private List<TensorName> withoutTexts(
      List<TensorName> outputs, List<TensorName> needed, long examples) {
    if (needed.stream().noneMatch(t -> model.elementType(t.toString()) == DataType.DT_STRING)) {
      return needed;
    }
    List<FedTensor> constants = new ArrayList<>();
    for (TensorName tensor : needed) {
      DataArray array = Objects.requireNonNull(given.get(tensor));
      DeclaredShape declared = model.declaredShape(tensor);
      DataArray shaped =
          isConstant(tensor, examples)
              ? array
              : array.reshaped(
                  withBatch(examples, declared.example(signature.inputName(tensor), array)));
      constants.add(FedTensor.constant(tensor, model.elementType(tensor.toString()), shaped));
    }
    Map<TensorName, StoredTensor> made = model.madeOfTexts(outputs, constants, examples);
    given.putAll(made);
    return made.isEmpty() ? needed : model.needed(outputs, fedByName());
  }

  /** Whether what is given for an input is one value, not one for each example. */
  private boolean isConstant(TensorName tensor, long examples) {
    DataArray array = Objects.requireNonNull(given.get(tensor));
    return array instanceof NumberArray && model.declaredShape(tensor).isConstant(array, examples);
  }

  private static long[] withBatch(long batch, List<Long> example) {
    return Stream.concat(Stream.of(batch), example.stream()).mapToLong(Long::longValue).toArray();
  }

  /** The same array, found to be finite now, or when it is read. */
  private static DataArray finite(String input, DataArray array) {
    if (array instanceof DeferredTensor rows && rows.dtype().isFloating()) {
      return new DeferredTensor(
          rows.dtype(),
          rows.shape(),
          numbers -> {
            StoredTensor read = rows.rows(numbers);
            requireFinite(input, read, " of the examples read");
            return read;
          });
    }
    if (array instanceof StoredTensor numbers && numbers.dtype().isFloating()) {
      requireFinite(input, numbers, "");
    }
    return array;
  }

  private static void requireFinite(String input, StoredTensor numbers, String place) {
    for (int i = 0; i < numbers.elementCount(); i++) {
      if (!Double.isFinite(numbers.toDouble(i))) {
        throw new BadInputException(
            "input %s holds %s at index %d%s"
                .formatted(quote(input), numbers.toDouble(i), i, place),
            "Replace what is not finite");
      }
    }
  }

  /**
   * An output.
   *
   * @param ending the loss that goes with a softmax or sigmoid that it, or another output of the
   *     same logits, ends with
   */
  private record Chosen(TensorName tensor, OutputProbe probe, Optional<Loss> ending) {}

  private Objective labelled(
      Chosen output,
      long batch,
      List<Input> inputs,
      Map<String, StoredTensor> constants,
      Map<String, DataArray> columns) {
    LabelFit fit =
        LabelFit.of(labels(), exampleShape(output, batch), options.loss(), output.ending());
    columns.put(Batch.LABELS, fit.labels());
    if (options.fromProbabilities() && fit.loss() == Loss.MEAN_SQUARED_ERROR) {
      throw new BadInputException(
          "mse has no probabilities that it could be computed from",
          "Leave out --from-probabilities, or name a cross-entropy with --loss");
    }
    Spec spec =
        new Spec(
            output.tensor().toString(),
            inputs,
            constants,
            Optional.of(fit.loss()),
            fit.targets(),
            options.fromProbabilities(),
            options.parameters(),
            options.exclude());
    SavedModelLoss loss = new SavedModelLoss(model, spec, Math.toIntExact(batch));
    boolean stripped =
        !options.fromProbabilities() && output.probe().loss().equals(Optional.of(fit.loss()));
    if (!stripped) {
      loss.remark().ifPresent(warnings::add);
    }
    return new Objective(
        loss,
        new ExampleTable(arrays.source(), columns),
        "%s of %s%s"
            .formatted(
                fit.loss().label(),
                quote(output.tensor().toString()),
                options.fromProbabilities()
                    ? " as probabilities"
                    : stripped ? " before its " + function(fit.loss()) : ""),
        List.copyOf(warnings));
  }

  private static String function(Loss loss) {
    return loss == Loss.SOFTMAX_CROSS_ENTROPY ? "softmax" : "sigmoid";
  }

  private StoredTensor labels() {
    DataArray labels =
        arrays
            .labels()
            .orElseThrow(() -> new BadInputException("there are no labels", "Give --labels FILE"));
    if (!(labels instanceof NumberArray numbers)) {
      throw new BadInputException("labels are text", "Number the classes from 0");
    }
    if (numbers.shape().length == 0) {
      throw new BadInputException("labels are one number", "Give one label for every example");
    }
    return numbers.whole();
  }

  private long examples(List<TensorName> needed) {
    return Stream.concat(
            arrays.labels().stream(),
            needed.stream().map(tensor -> Objects.requireNonNull(given.get(tensor))))
        .map(DataArray::shape)
        .filter(shape -> shape.length > 0)
        .mapToLong(shape -> shape[0])
        .findFirst()
        .orElse(1);
  }

  /** Outputs that could be meant: one, if one is named. */
  private List<TensorName> outputs() {
    Optional<String> named = options.lossOutput().or(options::output);
    if (named.isPresent()) {
      TensorName tensor = signature.output(named.get());
      if (!model.has(tensor)) {
        throw new BadInputException(
            "the model has no output or tensor %s".formatted(quote(named.get())),
            signature.outputs().isEmpty()
                ? "Name a tensor that hesse inspect --nodes lists"
                : "The signature's outputs are "
                    + SignatureTensors.list(signature.outputs().keySet()));
      }
      return List.of(tensor);
    }
    List<String> floating =
        signature.outputs().entrySet().stream()
            .filter(output -> PrecisionConversion.isFloating(output.getValue().getDtype()))
            .map(Map.Entry::getKey)
            .toList();
    if (signature.outputs().isEmpty()) {
      throw new BadInputException(
          signature.name().isEmpty()
              ? "the model has no signature, so that its output must be named"
              : "signature %s has no outputs".formatted(quote(signature.name())),
          "Name a tensor with --output; hesse inspect --nodes lists them");
    }
    if (floating.isEmpty()) {
      // Of which it is then said what they are computed from.
      return signature.outputs().keySet().stream().limit(1).map(signature::output).toList();
    }
    return floating.stream().map(signature::output).toList();
  }

  /** Gives the unnamed array its place, and sees that nothing is missing. */
  private List<TensorName> complete(List<TensorName> outputs) {
    List<TensorName> needed = model.needed(outputs, fedByName());
    List<TensorName> missing =
        needed.stream().filter(tensor -> !given.containsKey(tensor)).toList();
    if (arrays.unnamed().isPresent()) {
      if (missing.size() != 1) {
        throw new BadInputException(
            missing.isEmpty()
                ? "the output needs no other input than is named"
                : "the output needs several inputs: " + describe(missing),
            missing.isEmpty() ? "Leave --images out" : remedy(missing));
      }
      given.put(missing.get(0), arrays.unnamed().get());
    } else if (!missing.isEmpty()) {
      throw new BadInputException("nothing is given for " + describe(missing), remedy(missing));
    }
    return needed;
  }

  /** All that could be fed. */
  private List<FedTensor> fedByName() {
    return Stream.concat(
            given.keySet().stream(), signature.inputs().keySet().stream().map(signature::input))
        .distinct()
        .map(t -> new FedTensor(t, model.elementType(t.toString()), List.of()))
        .toList();
  }

  private String remedy(List<TensorName> missing) {
    Optional<String> scalar =
        missing.stream()
            .filter(tensor -> model.declaredShape(tensor).isScalar())
            .map(signature::inputName)
            .findFirst();
    return "Give --input NAME=FILE for each"
        + scalar.map(", or a number such as --input %s=1"::formatted).orElse("");
  }

  private String describe(List<TensorName> inputs) {
    return inputs.stream()
        .map(
            tensor ->
                "%s (%s %s)"
                    .formatted(
                        quote(signature.inputName(tensor)),
                        OutputProbe.name(model.elementType(tensor.toString())),
                        model.declaredShape(tensor)))
        .collect(Collectors.joining(", "));
  }

  /** The one output that is meant: all that a signature has may come from the same logits. */
  private Chosen chosen(List<TensorName> outputs, List<FedTensor> fed) {
    List<OutputProbe> probes = OutputProbe.of(model, outputs, fed);
    OutputProbe first = probes.get(0);
    if (!PrecisionConversion.isFloating(first.type())) {
      throw new BadInputException(
          "%s holds %s, of which there is no derivative"
              .formatted(quote(outputs.get(0).toString()), OutputProbe.name(first.type())),
          first.floatingBehind().isEmpty()
              ? "Name another tensor with --output; hesse inspect --nodes lists them"
              : "Name a tensor before it with --output, such as "
                  + first.floatingBehind().stream()
                      .limit(SUGGESTED)
                      .map(name -> quote(name, SUGGESTED_LENGTH))
                      .collect(Collectors.joining(" or ")));
    }
    if (probes.stream().anyMatch(probe -> !probe.logits().equals(first.logits()))) {
      throw new BadInputException(
          "signature %s has several outputs: %s"
              .formatted(
                  quote(signature.name()), SignatureTensors.list(signature.outputs().keySet())),
          "Choose with --output");
    }
    int logits =
        IntStream.range(0, probes.size())
            .filter(i -> probes.get(i).loss().isEmpty())
            .findFirst()
            .orElse(0);
    return new Chosen(
        outputs.get(logits),
        probes.get(logits),
        probes.stream().flatMap(probe -> probe.loss().stream()).findFirst());
  }

  private static long[] exampleShape(Chosen output, long batch) {
    Shape shape = output.probe().shape();
    long[] sizes = shape.asArray();
    boolean known = shape.numDimensions() > 0 && !shape.hasUnknownDimension();
    if (!known || sizes[0] != batch) {
      throw new BadInputException(
          "%s has shape %s for a batch of %d: its first dimension must be the batch, and the others known"
              .formatted(quote(output.tensor().toString()), shape, batch),
          "Name another --output, or a --loss-output");
    }
    return Arrays.copyOfRange(sizes, 1, sizes.length);
  }
}
