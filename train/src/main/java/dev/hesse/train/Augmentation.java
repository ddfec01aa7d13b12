package dev.hesse.train;

import dev.hesse.io.data.ImageBatch;
import java.util.SplittableRandom;

/**
 * The random changes to training images that are customary for CIFAR (He et al., CVPR 2016, section
 * 4.2): black margins of 4 pixels, a crop of the original size at one of the 9 × 9 places, and a
 * horizontal flip with probability ½.
 *
 * @param height of an image
 * @param width of an image
 * @param black the value of a black pixel in each channel
 */
@SuppressWarnings("ArrayRecordComponent") // a table, never compared
record Augmentation(int height, int width, float[] black) {
  private static final int MARGIN = 4;

  /**
   * Changes each image of a batch.
   *
   * @param seed image i draws from the generator seed + i
   */
  ImageBatch apply(ImageBatch batch, long seed) {
    int size = height * width * black.length;
    float[] changed = new float[batch.inputs().length];
    for (int image = 0; image < batch.size(); image++) {
      SplittableRandom random = new SplittableRandom(seed + image);
      int down = random.nextInt(2 * MARGIN + 1) - MARGIN;
      int right = random.nextInt(2 * MARGIN + 1) - MARGIN;
      crop(batch.inputs(), changed, image * size, down, right, random.nextBoolean());
    }
    return new ImageBatch(changed, batch.labels());
  }

  /** Copies one image, from the row {@code down} and the column {@code right} on. */
  private void crop(float[] from, float[] to, int offset, int down, int right, boolean flip) {
    int channels = black.length;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        int sourceRow = row + down;
        int sourceColumn = (flip ? width - 1 - column : column) + right;
        boolean inside =
            sourceRow >= 0 && sourceRow < height && sourceColumn >= 0 && sourceColumn < width;
        int target = offset + (row * width + column) * channels;
        if (inside) {
          int source = offset + (sourceRow * width + sourceColumn) * channels;
          System.arraycopy(from, source, to, target, channels);
        } else {
          System.arraycopy(black, 0, to, target, channels);
        }
      }
    }
  }
}
