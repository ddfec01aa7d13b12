package dev.hesse.models;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Weights of PyTorch's names under the names, and in the axis order, of TensorFlow's programs. */
enum TensorFlowNames {
  /** The functional API numbers layers by depth: a shortcut's beside those of the second half. */
  KERAS_MODEL("", List.of("conv1", "bn1", "conv2", "downsample.0", "bn2", "downsample.1")),
  /** {@code tf.train.Checkpoint(model=…, optimizer=…)} of layers numbered by their creation. */
  KERAS_CHECKPOINT(
      "model/", List.of("conv1", "bn1", "conv2", "bn2", "downsample.0", "downsample.1")),
  /** As TensorFlow's official models: the shortcut is made before the convolutions. */
  OFFICIAL_MODELS(
      "resnet_model/", List.of("downsample.0", "downsample.1", "conv1", "bn1", "conv2", "bn2")),
  /** A TensorFlow 1 Saver without scopes, the shortcut made last. */
  SAVER("", List.of("conv1", "bn1", "conv2", "bn2", "downsample.0", "downsample.1"));

  private static final Map<String, String> ATTRIBUTES =
      Map.of(
          "weight", "gamma",
          "bias", "beta",
          "running_mean", "moving_mean",
          "running_var", "moving_variance");
  private static final String VALUE = "/.ATTRIBUTES/VARIABLE_VALUE";

  private final String scope;
  private final List<String> block;

  /**
   * @param block PyTorch's names of a block's layers, in the order of their numbers
   */
  TensorFlowNames(String scope, List<String> block) {
    this.scope = scope;
    this.block = block;
  }

  private boolean keras() {
    return this == KERAS_MODEL || this == KERAS_CHECKPOINT;
  }

  /** The same weights by these names, in another order than that of their numbers. */
  Map<String, StoredTensor> of(ResNetConfig config, Map<String, StoredTensor> pyTorch) {
    Map<String, String> layers = layers(config, pyTorch);
    Map<String, StoredTensor> named = new TreeMap<>();
    pyTorch.forEach(
        (name, tensor) -> {
          String attribute = name.substring(name.lastIndexOf('.') + 1);
          if (!attribute.equals("num_batches_tracked")) {
            String layer = name.substring(0, name.lastIndexOf('.'));
            String ours = tensor.shape().length > 1 ? "kernel" : ATTRIBUTES.get(attribute);
            named.put(
                layers.get(layer)
                    + "/"
                    + (layer.equals("fc") && attribute.equals("bias") ? "bias" : ours)
                    + (keras() ? VALUE : ""),
                PyTorchLayout.toGraph(tensor));
          }
        });
    return new LinkedHashMap<>(named);
  }

  /** The layers' names by PyTorch's. */
  private Map<String, String> layers(ResNetConfig config, Map<String, StoredTensor> pyTorch) {
    List<String> order = new ArrayList<>(List.of("conv1", "bn1"));
    for (int stage = 1; stage <= 3; stage++) {
      for (int i = 0; i < config.blocksPerStage(); i++) {
        for (String layer : block) {
          order.add("layer%d.%d.%s".formatted(stage, i, layer));
        }
      }
    }
    order.add("fc");
    order.removeIf(layer -> !pyTorch.containsKey(layer + ".weight"));
    Map<String, String> layers = new HashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    for (String layer : order) {
      String kind =
          layer.equals("fc")
              ? "dense"
              : pyTorch.containsKey(layer + ".running_mean") ? "batch_normalization" : "conv2d";
      if (keras()) {
        layers.put(layer, scope + "layer_with_weights-" + layers.size());
      } else {
        int count = counts.merge(kind, 1, Integer::sum) - 1;
        layers.put(layer, scope + (count == 0 ? kind : kind + "_" + count));
      }
    }
    return layers;
  }

  /** What these programs save beside the variables of layers. */
  Map<String, StoredTensor> bookkeeping(Map<String, StoredTensor> named) {
    Map<String, StoredTensor> more = new LinkedHashMap<>();
    StoredTensor number = floats(1);
    StoredTensor count =
        new StoredTensor(DType.INT64, new long[0], ByteBuffer.allocate(Long.BYTES));
    if (keras()) {
      more.put("save_counter" + VALUE, count);
      more.put("optimizer/iter" + VALUE, count);
      more.put("optimizer/learning_rate" + VALUE, number);
      more.put("optimizer/_variables/3" + VALUE, floats(3, 3, 3, 16));
      more.put("keras_api/metrics/1/true_positives" + VALUE, floats(200));
    } else {
      more.put("global_step", count);
      more.put("beta1_power", floats());
      more.put("training/SGD/conv2d/kernel/momentum", floats(3, 3, 3, 16));
    }
    named.forEach(
        (name, tensor) -> {
          StoredTensor slot = floats(tensor.shape());
          if (keras()) {
            String variable = name.replace(VALUE, "");
            more.put(variable + "/.OPTIMIZER_SLOT/optimizer/momentum" + VALUE, slot);
          } else {
            more.put(name + "/Momentum", slot);
            more.put(name + "/Adam_1", slot);
            more.put(name + "/SomeOtherSlot", slot);
          }
        });
    return more;
  }

  private static StoredTensor floats(long... shape) {
    int count = (int) StoredTensor.elementCount(shape);
    ByteBuffer data = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      data.putFloat(Float.NaN);
    }
    return new StoredTensor(DType.FLOAT32, shape, data.flip());
  }
}
