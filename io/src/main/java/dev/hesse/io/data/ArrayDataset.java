package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.NumberArray;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images and labels from two arrays. Labels are read at once. Images become floats, and are
 * checked, when they are read; in memory they keep their stored element type.
 */
public final class ArrayDataset implements Dataset {
  private final String source;
  private final Pixels pixels;
  private final int[] labels;
  private final int classes;

  /**
   * An array and the name that errors and reports give it.
   *
   * @param name the file's path as the user gave it
   */
  public record Named(String name, NumberArray array) {
    /**
     * An array that must be one of numbers.
     *
     * @throws BadInputException if it holds text
     */
    public static Named of(String name, DataArray array) {
      if (array instanceof NumberArray numbers) {
        return new Named(name, numbers);
      }
      throw new BadInputException("%s holds text".formatted(name), "Give numbers");
    }
  }

  /**
   * @param images N × height × width × channels, or N × channels × height × width where the second
   *     dimension is 1 or 3 and the last is not. Elements are uint8, then scaled by 1/255 and
   *     normalised, or floating, then taken as they are unless {@code normalization} is given.
   * @param labels N integers from 0, of any width
   * @param normalization the statistics that the user gave; null for {@link Normalization#CIFAR} on
   *     uint8 images with three channels and none on floating ones
   * @throws BadInputException if a shape, an element type or a label is not as above, or the counts
   *     differ
   */
  public ArrayDataset(Named images, Named labels, @Nullable Normalization normalization) {
    this.source = images.name() + ", " + labels.name();
    this.pixels = Pixels.of(images, normalization);
    this.labels = readLabels(labels);
    if (this.labels.length != pixels.examples()) {
      throw new BadInputException(
          "%s holds %d images and %s %d labels"
              .formatted(images.name(), pixels.examples(), labels.name(), this.labels.length),
          "Give one label per image");
    }
    this.classes = Arrays.stream(this.labels).max().orElse(-1) + 1;
  }

  private static int[] readLabels(Named named) {
    NumberArray array = named.array();
    if (array.dtype().isFloating() || array.dtype() == DType.BOOL) {
      throw new BadInputException(
          "%s: labels are %s, not integers".formatted(named.name(), array.dtype().label()),
          "Store class numbers, for example as int64");
    }
    if (array.shape().length != 1) {
      throw new BadInputException(
          "%s: labels have shape %s".formatted(named.name(), Arrays.toString(array.shape())),
          "Store one class number per image, as shape [N]");
    }
    StoredTensor tensor = array.whole();
    int[] labels = new int[tensor.elementCount()];
    for (int i = 0; i < labels.length; i++) {
      double label = tensor.toDouble(i);
      if (label < 0 || label >= Integer.MAX_VALUE) {
        throw new BadInputException(
            "%s: label %.0f at index %d is not a class number".formatted(named.name(), label, i),
            "Number the classes from 0");
      }
      labels[i] = (int) label;
    }
    return labels;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public int examples() {
    return labels.length;
  }

  @Override
  public int[] exampleShape() {
    return pixels.exampleShape();
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int[] labels() {
    return labels.clone();
  }

  @Override
  public float[] black() {
    return pixels.black();
  }

  /**
   * @throws BadInputException if a pixel of theirs is not a finite float
   */
  @Override
  public ImageBatch images(int[] numbers) {
    int[] selected = new int[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      selected[i] = labels[Objects.checkIndex(numbers[i], labels.length)];
    }
    return new ImageBatch(pixels.read(numbers), selected);
  }
}
