package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Images in a stored array, read one by one as normalised height × width × channels. */
final class Pixels {
  private final StoredTensor tensor;
  private final int height;
  private final int width;
  private final int channels;
  private final boolean channelsFirst;
  private final @Nullable Normalization normalization;

  /** As the constructor of {@link ArrayDataset} describes; every pixel is checked. */
  static Pixels of(ArrayDataset.Named named, @Nullable Normalization given) {
    StoredTensor tensor = named.tensor();
    long[] shape = tensor.shape();
    if (shape.length != 4 || tensor.elementCount() == 0) {
      throw new BadInputException(
          "%s: images have shape %s".formatted(named.name(), Arrays.toString(shape)),
          "Store them as [N, height, width, channels]");
    }
    if (tensor.dtype() != DType.UINT8 && !tensor.dtype().isFloating()) {
      throw new BadInputException(
          "%s: images are %s".formatted(named.name(), tensor.dtype().label()),
          "Store bytes of 0 to 255 as uint8, or floats that are already scaled");
    }
    boolean channelsFirst = isChannelCount(shape[1]) && !isChannelCount(shape[3]);
    long channels = channelsFirst ? shape[1] : shape[3];
    Normalization chosen = given;
    if (chosen == null && tensor.dtype() == DType.UINT8) {
      chosen = Normalization.CIFAR;
    }
    if (chosen != null && chosen.channels() != channels) {
      throw new BadInputException(
          "%s: the channel count of the images is %d, that of mean and standard deviation %d"
              .formatted(named.name(), channels, chosen.channels()),
          "Give one mean and one standard deviation per channel");
    }
    Pixels pixels = new Pixels(tensor, channelsFirst, chosen);
    pixels.requireFinite(named.name());
    return pixels;
  }

  private static boolean isChannelCount(long dimension) {
    return dimension == 1 || dimension == 3;
  }

  private Pixels(StoredTensor tensor, boolean channelsFirst, @Nullable Normalization chosen) {
    this.tensor = tensor;
    this.channelsFirst = channelsFirst;
    this.normalization = chosen;
    long[] shape = tensor.shape();
    this.height = (int) shape[channelsFirst ? 2 : 1];
    this.width = (int) shape[channelsFirst ? 3 : 2];
    this.channels = (int) shape[channelsFirst ? 1 : 3];
  }

  int examples() {
    return (int) tensor.shape()[0];
  }

  int[] exampleShape() {
    return new int[] {height, width, channels};
  }

  int exampleSize() {
    return height * width * channels;
  }

  /** A pixel whose stored elements are zero. */
  float[] black() {
    float[] black = new float[channels];
    if (normalization != null) {
      for (int channel = 0; channel < channels; channel++) {
        black[channel] = normalization.apply(channel, 0);
      }
    }
    return black;
  }

  /** Writes image {@code number} to {@code target}, from {@code offset} on. */
  void read(int number, float[] target, int offset) {
    int plane = height * width;
    int first = number * exampleSize();
    for (int position = 0; position < plane; position++) {
      for (int channel = 0; channel < channels; channel++) {
        int element = channelsFirst ? channel * plane + position : position * channels + channel;
        target[offset + position * channels + channel] = value(first + element, channel);
      }
    }
  }

  private float value(int element, int channel) {
    double stored = tensor.toDouble(element);
    double scaled = tensor.dtype() == DType.UINT8 ? stored / 255 : stored;
    return normalization == null ? (float) scaled : normalization.apply(channel, scaled);
  }

  private void requireFinite(String name) {
    float[] image = new float[exampleSize()];
    for (int number = 0; number < examples(); number++) {
      read(number, image, 0);
      for (int i = 0; i < image.length; i++) {
        if (!Float.isFinite(image[i])) {
          throw new BadInputException(
              "%s: image %d has the value %s in row %d, column %d, channel %d"
                  .formatted(
                      name,
                      number,
                      image[i],
                      i / (width * channels),
                      i / channels % width,
                      i % channels),
              "Remove the image or repair its pixels");
        }
      }
    }
  }
}
