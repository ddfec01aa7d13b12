package dev.hesse.train;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.Normalization;
import java.nio.ByteBuffer;
import java.util.Random;

/** Small data for tests: noise, brighter in one of four bands, which is its class. */
final class Images {
  static final int CLASSES = 4;
  private static final int SIDE = 32;
  private static final int CHANNELS = 3;

  private Images() {}

  static Dataset draw(int count, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[count * SIDE * SIDE * CHANNELS];
    byte[] labels = new byte[count];
    for (int image = 0; image < count; image++) {
      labels[image] = (byte) random.nextInt(CLASSES);
      for (int i = 0; i < SIDE * SIDE * CHANNELS; i++) {
        int row = i / (SIDE * CHANNELS);
        int brightness = row / (SIDE / CLASSES) == labels[image] ? 100 : 60;
        pixels[image * SIDE * SIDE * CHANNELS + i] = (byte) (brightness + random.nextInt(100));
      }
    }
    return new ArrayDataset(
        new ArrayDataset.Named(
            "images",
            new StoredTensor(
                DType.UINT8, new long[] {count, SIDE, SIDE, CHANNELS}, ByteBuffer.wrap(pixels))),
        new ArrayDataset.Named(
            "labels", new StoredTensor(DType.UINT8, new long[] {count}, ByteBuffer.wrap(labels))),
        Normalization.CIFAR);
  }
}
