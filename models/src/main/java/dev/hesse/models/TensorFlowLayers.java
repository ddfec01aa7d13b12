package dev.hesse.models;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.StoredTensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layers whose variables a checkpoint of TensorFlow's holds, each kind in the order of their
 * numbers, which is that of their creation.
 *
 * @param bookkeeping names of what no layer computes with: an optimizer's variables, counters,
 *     metrics
 */
record TensorFlowLayers(
    List<Layer> convolutions,
    List<Layer> batchNorms,
    List<Layer> denses,
    List<String> bookkeeping) {

  /** Parts of names, in lower case and without numbers, that variables of layers don't have. */
  private static final Set<String> NOT_OF_LAYERS =
      Set.of(
          ".optimizer_slot",
          "optimizer",
          "keras_api",
          "adadelta",
          "adagrad",
          "adam",
          "adamax",
          "adamw",
          "exponentialmovingaverage",
          "ftrl",
          "lion",
          "momentum",
          "nadam",
          "rmsprop",
          "sgd");

  private static final Comparator<Layer> BY_NUMBERS =
      Comparator.comparing(Layer::name, TensorFlowName.BY_NUMBERS);

  private enum Kind {
    CONVOLUTION,
    DENSE,
    BATCH_NORM,
    OTHER
  }

  /**
   * The variables of a layer.
   *
   * @param name of the first of them
   * @param variables by attribute
   */
  record Layer(TensorFlowName name, Map<String, Variable> variables) {
    /**
     * @throws dev.hesse.io.BadInputException if it is not there
     */
    Variable variable(String attribute) {
      Variable variable = variables.get(attribute);
      if (variable == null) {
        throw TensorFlowWeights.unmapped(
            "no %s belongs to %s".formatted(attribute, quote(name.text())));
      }
      return variable;
    }

    private Kind kind() {
      Variable kernel = variables.get(TensorFlowName.KERNEL);
      if (kernel == null) {
        return variables.containsKey(TensorFlowName.MOVING_MEAN) ? Kind.BATCH_NORM : Kind.OTHER;
      }
      return switch (kernel.tensor().shape().length) {
        case 2 -> Kind.DENSE;
        case 4 -> Kind.CONVOLUTION;
        default -> Kind.OTHER;
      };
    }
  }

  record Variable(TensorFlowName name, StoredTensor tensor) {}

  /** Whether there is a convolution's kernel under a name of TensorFlow's. */
  static boolean areIn(Map<String, StoredTensor> tensors) {
    return tensors.entrySet().stream()
        .filter(item -> item.getValue().shape().length == 4)
        .flatMap(item -> TensorFlowName.parse(item.getKey()).stream())
        .anyMatch(name -> name.attribute().equals(TensorFlowName.KERNEL));
  }

  /**
   * @throws dev.hesse.io.BadInputException if a name is neither that of a layer's variable nor
   *     bookkeeping, or numbers do not tell in which order layers of a kind come
   */
  static TensorFlowLayers of(Map<String, StoredTensor> tensors) {
    Map<List<TensorFlowName.Part>, Layer> layers = new LinkedHashMap<>();
    List<String> bookkeeping = new ArrayList<>();
    Set<List<String>> all =
        tensors.keySet().stream().map(TensorFlowName::parts).collect(Collectors.toSet());
    tensors.forEach(
        (text, tensor) -> {
          if (isBookkeeping(text, tensor, all)) {
            bookkeeping.add(text);
            return;
          }
          TensorFlowName name =
              TensorFlowName.parse(text)
                  .orElseThrow(
                      () -> TensorFlowWeights.unmapped("unexpected %s".formatted(quote(text))));
          layers
              .computeIfAbsent(name.layer(), path -> new Layer(name, new LinkedHashMap<>()))
              .variables()
              .put(name.attribute(), new Variable(name, tensor));
        });
    Map<Kind, List<Layer>> byKind =
        layers.values().stream().collect(Collectors.groupingBy(Layer::kind));
    if (byKind.containsKey(Kind.OTHER)) {
      String name = byKind.get(Kind.OTHER).get(0).name().text();
      throw TensorFlowWeights.unmapped("unexpected %s".formatted(quote(name)));
    }
    return new TensorFlowLayers(
        ordered(byKind, Kind.CONVOLUTION),
        ordered(byKind, Kind.BATCH_NORM),
        ordered(byKind, Kind.DENSE),
        bookkeeping);
  }

  /** By shape, by name, or as a slot of a variable, such as {@code conv2d/kernel/Momentum}. */
  private static boolean isBookkeeping(
      String name, StoredTensor tensor, Collection<List<String>> all) {
    List<String> parts = TensorFlowName.parts(name);
    return tensor.shape().length == 0
        || !tensor.dtype().isFloating()
        || parts.stream()
            .map(part -> TensorFlowName.Part.of(part).base().toLowerCase(Locale.ROOT))
            .anyMatch(NOT_OF_LAYERS::contains)
        || all.contains(parts.subList(0, parts.size() - 1));
  }

  /** Of the convolutions. */
  List<StoredTensor> kernels() {
    return convolutions.stream()
        .map(layer -> layer.variable(TensorFlowName.KERNEL).tensor())
        .toList();
  }

  private static List<Layer> ordered(Map<Kind, List<Layer>> byKind, Kind kind) {
    List<Layer> layers = byKind.getOrDefault(kind, List.of()).stream().sorted(BY_NUMBERS).toList();
    for (int i = 1; i < layers.size(); i++) {
      TensorFlowName before = layers.get(i - 1).name();
      TensorFlowName after = layers.get(i).name();
      if (!before.isNumberedLike(after)) {
        throw TensorFlowWeights.unmapped(
            "no numbers say which comes first, %s or %s"
                .formatted(quote(before.text()), quote(after.text())));
      }
    }
    return layers;
  }
}
