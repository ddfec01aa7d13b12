package dev.hesse.io.tensorbundle;

import dev.hesse.io.FileBytes;
import java.io.IOException;

/** CRC-32C as LevelDB stores it: rotated and shifted, so that it can itself be checksummed. */
final class MaskedCrc {
  private static final int DELTA = 0xa282ead8;
  private static final int ROTATION = 15;

  private MaskedCrc() {}

  static int of(FileBytes file, long offset, long length) throws IOException {
    return mask(file.crc32c(offset, length));
  }

  static int mask(int crc) {
    return Integer.rotateRight(crc, ROTATION) + DELTA;
  }
}
