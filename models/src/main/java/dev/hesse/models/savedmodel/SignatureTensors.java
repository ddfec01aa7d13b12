package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * What a signature calls a model's tensors; empty for a model without signatures.
 *
 * @param inputs in alphabetical order
 * @param outputs in alphabetical order
 */
record SignatureTensors(
    String name, Map<String, TensorInfo> inputs, Map<String, TensorInfo> outputs) {
  static final String DEFAULT = "serving_default";

  /** What TensorFlow itself adds. */
  static final String INTERNAL = "__saved_model";

  /**
   * The signature of the name, or the default one, or the only one.
   *
   * @param optional whether there may be several and none chosen, as tensors are named by
   *     themselves
   * @throws BadInputException if there is none of the name, or none is named and several could be
   *     meant; it lists them
   */
  static SignatureTensors of(SavedModels model, Optional<String> name, boolean optional) {
    Map<String, SignatureDef> all = new TreeMap<>(model.signatures());
    all.keySet().removeIf(key -> key.startsWith(INTERNAL));
    if (name.isPresent()) {
      SignatureDef found = all.get(name.get());
      if (found == null) {
        throw new BadInputException(
            "the model has no signature %s".formatted(quote(name.get())),
            all.isEmpty()
                ? "It has none at all: name tensors, which hesse inspect --nodes lists"
                : "Take one of " + list(all.keySet()));
      }
      return of(name.get(), found);
    }
    if (all.containsKey(DEFAULT) || all.size() == 1) {
      String chosen = all.containsKey(DEFAULT) ? DEFAULT : all.keySet().iterator().next();
      return of(chosen, Objects.requireNonNull(all.get(chosen)));
    }
    if (!all.isEmpty() && !optional) {
      throw new BadInputException(
          "the model has signatures %s and no default one".formatted(list(all.keySet())),
          "Choose with --signature");
    }
    return new SignatureTensors("", Map.of(), Map.of());
  }

  private static SignatureTensors of(String name, SignatureDef signature) {
    return new SignatureTensors(
        name, new TreeMap<>(signature.getInputsMap()), new TreeMap<>(signature.getOutputsMap()));
  }

  /** The tensor that the signature calls so, or else the tensor of that name. */
  TensorName output(String nameOrTensor) {
    TensorInfo output = outputs.get(nameOrTensor);
    return TensorName.of(output == null ? nameOrTensor : dense(nameOrTensor, output));
  }

  /** As {@link #output}, of inputs. */
  TensorName input(String nameOrTensor) {
    TensorInfo input = inputs.get(nameOrTensor);
    return TensorName.of(input == null ? nameOrTensor : dense(nameOrTensor, input));
  }

  /** What the signature calls an input; the tensor's own name if it does not. */
  String inputName(TensorName tensor) {
    return inputs.entrySet().stream()
        .filter(input -> TensorName.of(input.getValue().getName()).equals(tensor))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(tensor.toString());
  }

  private static String dense(String name, TensorInfo tensor) {
    if (tensor.getEncodingCase() != TensorInfo.EncodingCase.NAME) {
      throw new BadInputException(
          "%s is a sparse or composite tensor".formatted(quote(name)),
          "Name the dense tensors behind it, which hesse inspect --nodes lists");
    }
    return tensor.getName();
  }

  /** Names in quotes, as they come. */
  static String list(Collection<String> names) {
    return names.stream().map(BadInputException::quote).collect(Collectors.joining(", "));
  }
}
