package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.NumberArray;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Images in an array, read as normalised height × width × channels. */
final class Pixels {
  private final String name;
  private final NumberArray array;
  private final int height;
  private final int width;
  private final int channels;
  private final boolean channelsFirst;
  private final @Nullable Normalization normalization;

  /** As the constructor of {@link ArrayDataset} describes. */
  static Pixels of(ArrayDataset.Named named, @Nullable Normalization given) {
    NumberArray array = named.array();
    long[] shape = array.shape();
    if (shape.length != 4 || StoredTensor.elementCount(shape) == 0) {
      throw new BadInputException(
          "%s: images have shape %s".formatted(named.name(), Arrays.toString(shape)),
          "Store them as [N, height, width, channels]");
    }
    if (shape[0] > Integer.MAX_VALUE) {
      throw new BadInputException(
          "%s: %d images are more than can be numbered".formatted(named.name(), shape[0]),
          "Use smaller files");
    }
    if (array.dtype() != DType.UINT8 && !array.dtype().isFloating()) {
      throw new BadInputException(
          "%s: images are %s".formatted(named.name(), array.dtype().label()),
          "Store bytes of 0 to 255 as uint8, or floats that are already scaled");
    }
    boolean channelsFirst = isChannelCount(shape[1]) && !isChannelCount(shape[3]);
    long channels = channelsFirst ? shape[1] : shape[3];
    Normalization chosen = given;
    if (chosen == null && array.dtype() == DType.UINT8) {
      chosen = Normalization.CIFAR;
    }
    if (chosen != null && chosen.channels() != channels) {
      throw new BadInputException(
          "%s: the channel count of the images is %d, that of mean and standard deviation %d"
              .formatted(named.name(), channels, chosen.channels()),
          "Give one mean and one standard deviation per channel");
    }
    DataArray.sizeOfRows(1, shape, Float.BYTES);
    return new Pixels(named, channelsFirst, chosen);
  }

  private static boolean isChannelCount(long dimension) {
    return dimension == 1 || dimension == 3;
  }

  private Pixels(ArrayDataset.Named named, boolean channelsFirst, @Nullable Normalization chosen) {
    this.name = named.name();
    this.array = named.array();
    this.channelsFirst = channelsFirst;
    this.normalization = chosen;
    long[] shape = array.shape();
    this.height = (int) shape[channelsFirst ? 2 : 1];
    this.width = (int) shape[channelsFirst ? 3 : 2];
    this.channels = (int) shape[channelsFirst ? 1 : 3];
  }

  int examples() {
    return (int) array.shape()[0];
  }

  int[] exampleShape() {
    return new int[] {height, width, channels};
  }

  private int exampleSize() {
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

  /**
   * Some images, one after the other.
   *
   * @throws BadInputException if a pixel is not a finite float
   */
  float[] read(int[] numbers) {
    StoredTensor rows = array.rows(numbers);
    float[] images = new float[Math.multiplyExact(numbers.length, exampleSize())];
    for (int i = 0; i < numbers.length; i++) {
      write(rows, i * exampleSize(), images);
      requireFinite(images, i * exampleSize(), numbers[i]);
    }
    return images;
  }

  /** Writes the image whose elements begin at an offset to the same offset. */
  private void write(StoredTensor rows, int offset, float[] images) {
    int plane = height * width;
    for (int position = 0; position < plane; position++) {
      for (int channel = 0; channel < channels; channel++) {
        int element = channelsFirst ? channel * plane + position : position * channels + channel;
        images[offset + position * channels + channel] =
            value(rows.toDouble(offset + element), channel);
      }
    }
  }

  private float value(double stored, int channel) {
    double scaled = array.dtype() == DType.UINT8 ? stored / 255 : stored;
    return normalization == null ? (float) scaled : normalization.apply(channel, scaled);
  }

  private void requireFinite(float[] images, int offset, int number) {
    for (int i = 0; i < exampleSize(); i++) {
      if (!Float.isFinite(images[offset + i])) {
        throw new BadInputException(
            "%s: image %d has the value %s in row %d, column %d, channel %d"
                .formatted(
                    name,
                    number,
                    images[offset + i],
                    i / (width * channels),
                    i / channels % width,
                    i % channels),
            "Remove the image or repair its pixels");
      }
    }
  }
}
