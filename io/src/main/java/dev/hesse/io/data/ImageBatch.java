package dev.hesse.io.data;

import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Labelled images of a {@link Dataset}, as a network takes them. The arrays belong to the receiver.
 *
 * @param inputs the images one after another, each height × width × channels, normalised
 * @param labels the class of each image, from 0
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
public record ImageBatch(float[] inputs, int[] labels) {

  /** The number of images. */
  public int size() {
    return labels.length;
  }

  /**
   * The same as named arrays: {@link Batch#IMAGES} and {@link Batch#LABELS}.
   *
   * @param exampleShape height, width and channels
   */
  public Batch batch(int[] exampleShape) {
    long[] shape = new long[exampleShape.length + 1];
    Arrays.setAll(shape, i -> i == 0 ? size() : exampleShape[i - 1]);
    return new Batch(
        size(),
        Map.of(
            Batch.IMAGES,
            StoredTensor.of(shape, inputs),
            Batch.LABELS,
            StoredTensor.of(new long[] {size()}, labels)));
  }
}
