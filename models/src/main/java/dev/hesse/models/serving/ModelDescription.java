package dev.hesse.models.serving;

import dev.hesse.io.DType;
import dev.hesse.io.data.Normalization;
import dev.hesse.models.ResNetConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a SavedModel does not say of itself: the network in it, and the checkpoint that its
 * variables came from. It lies beside the model in {@code assets.extra/hesse.json}.
 *
 * @param config the architecture
 * @param rawImages whether the model takes uint8 images and normalises them itself
 * @param normalization of the images, by the model or by its clients
 * @param tensors of the checkpoint, in its order; each has PyTorch's axis order, its variable the
 *     graph's
 * @param metadata of the checkpoint
 */
public record ModelDescription(
    ResNetConfig config,
    boolean rawImages,
    Normalization normalization,
    List<SourceTensor> tensors,
    Map<String, String> metadata) {

  /**
   * A tensor of the checkpoint.
   *
   * @param name in the checkpoint
   * @param variable its variable's name in the graph
   * @param dtype of both
   */
  public record SourceTensor(String name, String variable, DType dtype) {}

  /**
   * @throws IllegalArgumentException if the normalization is not of three channels
   */
  public ModelDescription {
    ServingOptions.requireThreeChannels(normalization);
    tensors = List.copyOf(tensors);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}
