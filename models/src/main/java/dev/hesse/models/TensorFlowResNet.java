package dev.hesse.models;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.StoredTensor;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.models.TensorFlowLayers.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Puts TensorFlow's layers in their places in a network, as {@link TensorFlowWeights} says. */
final class TensorFlowResNet {
  private static final int MAX_CONVOLUTIONS = 6 * ResNetWeights.MAX_BLOCKS + 1;

  private final TensorFlowLayers layers;
  private final boolean tensorFlowOrder;

  /** Positions of the convolutions of 3×3 and 1×1 among all. */
  private final List<Integer> main = new ArrayList<>();

  private final List<Integer> shortcuts = new ArrayList<>();

  private TensorFlowResNet(TensorFlowLayers layers, boolean tensorFlowOrder) {
    this.layers = layers;
    this.tensorFlowOrder = tensorFlowOrder;
  }

  /**
   * The layers' variables by PyTorch's names, in PyTorch's order and axis order.
   *
   * @param tensorFlowOrder whether the variables have TensorFlow's axis order
   * @throws dev.hesse.io.BadInputException if they are not those of a network of the family
   */
  static Map<String, StoredTensor> tensors(TensorFlowLayers layers, boolean tensorFlowOrder) {
    TensorFlowResNet network = new TensorFlowResNet(layers, tensorFlowOrder);
    network.sortByWindow();
    return network.placed(network.config());
  }

  private void sortByWindow() {
    List<Layer> convolutions = layers.convolutions();
    for (int i = 0; i < convolutions.size(); i++) {
      List<Long> shape = graphShape(kernel(convolutions.get(i)).tensor());
      if (shape.get(0) == 3 && shape.get(1) == 3) {
        main.add(i);
      } else if (shape.get(0) == 1 && shape.get(1) == 1) {
        shortcuts.add(i);
      } else {
        throw TensorFlowWeights.unmapped(
            "expected convolutions of 3×3 and 1×1, got %s of %d×%d"
                .formatted(quote(convolutions.get(i).name().text()), shape.get(0), shape.get(1)));
      }
    }
  }

  /** The network whose variables these must be: which layers there are says all about it. */
  private ResNetConfig config() {
    if (main.size() % 6 != 1 || main.size() < 7 || main.size() > MAX_CONVOLUTIONS) {
      throw TensorFlowWeights.unmapped(
          "expected 6n + 1 convolutions of 3×3 for an n from 1 to %d, got %d"
              .formatted(ResNetWeights.MAX_BLOCKS, main.size()));
    }
    if (!shortcuts.isEmpty() && shortcuts.size() != 2) {
      throw TensorFlowWeights.unmapped(
          "expected 2 convolutions of 1×1, where the second and third stage begin, or none, got %d"
              .formatted(shortcuts.size()));
    }
    int batchNorms = layers.batchNorms().size();
    if (batchNorms != 0 && batchNorms != layers.convolutions().size()) {
      throw TensorFlowWeights.unmapped(
          "expected as many batch norms as convolutions, %d, or none, got %d"
              .formatted(layers.convolutions().size(), batchNorms));
    }
    if (layers.denses().size() != 1) {
      throw TensorFlowWeights.unmapped(
          "expected one dense layer, got %d".formatted(layers.denses().size()));
    }
    long width = graphShape(kernel(layers.convolutions().get(main.get(0))).tensor()).get(3);
    long classes = graphShape(kernel(layers.denses().get(0)).tensor()).get(1);
    if (width < 1 || classes < 2) {
      throw TensorFlowWeights.unmapped(
          "expected channels and at least 2 classes, got %d and %d".formatted(width, classes));
    }
    return new ResNetConfig(
        main.size() + 1,
        (int) Math.min(width, ResNetWeights.MAX_WIDTH),
        (int) Math.min(classes, ResNetWeights.MAX_CLASSES),
        true,
        batchNorms > 0,
        shortcuts.isEmpty() ? Shortcut.A : Shortcut.B);
  }

  private Map<String, StoredTensor> placed(ResNetConfig config) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Set<TensorFlowLayers.Variable> placed = new HashSet<>();
    int nextMain = 0;
    int convolution = 0;
    for (Variable place : ResNet.variables(config)) {
      String attribute = place.name().substring(place.name().lastIndexOf('.') + 1);
      TensorFlowLayers.Variable variable;
      if (place.shape().size() == 4) {
        boolean shortcut = place.shape().get(0) == 1;
        convolution = shortcut ? shortcut(place) : main.get(nextMain++);
        variable = kernel(layers.convolutions().get(convolution));
      } else if (place.name().startsWith("fc.")) {
        Layer dense = layers.denses().get(0);
        variable = attribute.equals("weight") ? kernel(dense) : dense.variable(TensorFlowName.BIAS);
      } else {
        // A batch norm's places follow that of its convolution.
        variable = layers.batchNorms().get(convolution).variable(ofBatchNorm(attribute));
      }
      tensors.put(place.name(), fitted(variable, place));
      placed.add(variable);
    }
    Stream.of(layers.convolutions(), layers.batchNorms(), layers.denses())
        .flatMap(List::stream)
        .flatMap(layer -> layer.variables().values().stream())
        .filter(variable -> !placed.contains(variable))
        .findFirst()
        .ifPresent(
            variable -> {
              throw TensorFlowWeights.unmapped(
                  "the network has no place for %s".formatted(quote(variable.name().text())));
            });
    return tensors;
  }

  /** The one shortcut of this shape, as the two have different numbers of channels. */
  private int shortcut(Variable place) {
    return shortcuts.stream()
        .filter(
            i -> graphShape(kernel(layers.convolutions().get(i)).tensor()).equals(place.shape()))
        .findFirst()
        .orElseThrow(
            () ->
                TensorFlowWeights.unmapped(
                    "expected a kernel of shape %s for %s".formatted(inFile(place), place.name())));
  }

  private StoredTensor fitted(TensorFlowLayers.Variable variable, Variable place) {
    StoredTensor tensor = variable.tensor();
    if (!graphShape(tensor).equals(place.shape())) {
      throw TensorFlowWeights.unmapped(
          "expected %s for %s, got %s, which is %s"
              .formatted(
                  inFile(place),
                  place.name(),
                  quote(variable.name().text()),
                  Arrays.toString(tensor.shape())));
    }
    return tensorFlowOrder ? PyTorchLayout.fromGraph(tensor) : tensor;
  }

  private List<Long> graphShape(StoredTensor tensor) {
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    return tensorFlowOrder ? shape : PyTorchLayout.graphShape(shape);
  }

  /** The shape that the file should have for a place. */
  private List<Long> inFile(Variable place) {
    return tensorFlowOrder ? place.shape() : PyTorchLayout.shape(place.shape());
  }

  private static TensorFlowLayers.Variable kernel(Layer layer) {
    return layer.variable(TensorFlowName.KERNEL);
  }

  /** TensorFlow's name of a batch norm's variable, by PyTorch's. */
  private static String ofBatchNorm(String attribute) {
    return switch (attribute) {
      case "weight" -> TensorFlowName.GAMMA;
      case "bias" -> TensorFlowName.BETA;
      case "running_mean" -> TensorFlowName.MOVING_MEAN;
      case "running_var" -> TensorFlowName.MOVING_VARIANCE;
      default -> throw new IllegalStateException("no variable of a batch norm: " + attribute);
    };
  }
}
