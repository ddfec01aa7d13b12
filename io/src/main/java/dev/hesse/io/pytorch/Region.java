package dev.hesse.io.pytorch;

/** A run of bytes in a file that is known to lie within it. */
record Region(long offset, long length) {
  long end() {
    return offset + length;
  }
}
