package dev.hesse.io.data;

/**
 * Consecutive examples of a {@link BatchSource}, as a network takes them. The arrays belong to the
 * receiver.
 *
 * @param inputs the examples one after another, each row-major in the source's {@linkplain
 *     BatchSource#exampleShape() shape} (height × width × channels for images), normalised
 * @param labels the class of each example, from 0
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
public record Batch(float[] inputs, int[] labels) {

  /** The number of examples. */
  public int size() {
    return labels.length;
  }
}
