package dev.hesse.io.zip;

/** A run of bytes in a file that is known to lie within it. */
public record Region(long offset, long length) {
  public long end() {
    return offset + length;
  }
}
