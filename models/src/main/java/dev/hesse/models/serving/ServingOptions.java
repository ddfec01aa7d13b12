package dev.hesse.models.serving;

import dev.hesse.io.data.Normalization;

/**
 * How a network is served.
 *
 * @param rawImages whether the model takes uint8 images and normalises them itself, rather than
 *     float32 images that its clients have normalised
 * @param normalization of the images, which raw images go through and clients of a model for
 *     normalised ones find in its description; of three channels
 * @param overwrite whether an existing version may be replaced
 */
public record ServingOptions(boolean rawImages, Normalization normalization, boolean overwrite) {
  public static final ServingOptions DEFAULT =
      new ServingOptions(false, Normalization.CIFAR, false);

  public ServingOptions {
    requireThreeChannels(normalization);
  }

  static void requireThreeChannels(Normalization normalization) {
    if (normalization.channels() != 3) {
      throw new IllegalArgumentException(
          "expected a normalization of 3 channels, got " + normalization.channels());
    }
  }
}
