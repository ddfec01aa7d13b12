package dev.hesse.io;

import java.io.IOException;

/**
 * CRC-32C as LevelDB and TensorFlow store it: rotated and shifted, so that it can itself be
 * checksummed.
 */
public final class MaskedCrc {
  private static final int DELTA = 0xa282ead8;
  private static final int ROTATION = 15;

  private MaskedCrc() {}

  public static int of(FileBytes file, long offset, long length) throws IOException {
    return mask(file.crc32c(offset, length));
  }

  public static int mask(int crc) {
    return Integer.rotateRight(crc, ROTATION) + DELTA;
  }
}
