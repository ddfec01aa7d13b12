package dev.hesse.io.data;

import dev.hesse.io.DType;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.StoredTensor;

/** Labelled images, which are read when they are asked for. */
public interface Dataset extends Examples {

  /** The dimensions of one example: height, width, channels. */
  int[] exampleShape();

  /** Labels are below this number: the number of classes, as far as the data tells it. */
  int classes();

  /** The class of every example; reads no image. */
  int[] labels();

  /** What a black pixel's channels become, for margins around images. */
  float[] black();

  /** As {@link #read(int[])}, as images and classes. */
  ImageBatch images(int[] numbers);

  @Override
  default Batch read(int[] numbers) {
    return images(numbers).batch(exampleShape());
  }

  /** All images as one array of float32, of which rows are read when they are asked for. */
  default DeferredTensor array() {
    int[] example = exampleShape();
    long[] shape = {examples(), example[0], example[1], example[2]};
    return new DeferredTensor(
        DType.FLOAT32, shape, numbers -> (StoredTensor) read(numbers).array(Batch.IMAGES));
  }
}
