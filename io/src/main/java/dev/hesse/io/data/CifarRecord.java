package dev.hesse.io.data;

import java.io.IOException;
import java.io.OutputStream;

/**
 * One example as CIFAR-10's binary layout holds it.
 *
 * @param label the class, from 0 to 9
 * @param planes the red, green and blue plane, each 32 rows of 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
public record CifarRecord(int label, byte[] planes) {

  /**
   * @throws IllegalArgumentException if the label is no class of CIFAR-10 or the planes are not
   *     3072 bytes
   */
  public CifarRecord {
    if (label < 0 || label >= CifarFormat.CIFAR10.classes) {
      throw new IllegalArgumentException("expected a label from 0 to 9, got " + label);
    }
    if (planes.length != CifarFormat.PIXEL_BYTES) {
      throw new IllegalArgumentException(
          "expected %d bytes of pixels, got %d".formatted(CifarFormat.PIXEL_BYTES, planes.length));
    }
  }

  /** Writes the label's byte and the planes. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(label);
    out.write(planes);
  }
}
