package dev.hesse.io.data;

/** Labelled images. */
public interface Dataset extends Examples {

  /** The dimensions of one example: height, width, channels. */
  int[] exampleShape();

  /** Labels are below this number: the number of classes, as far as the data tells it. */
  int classes();

  /** What a black pixel's channels become, for margins around images. */
  float[] black();

  /** As {@link #read(int[])}, as images and classes. */
  ImageBatch images(int[] numbers);

  @Override
  default Batch read(int[] numbers) {
    return images(numbers).batch(exampleShape());
  }
}
