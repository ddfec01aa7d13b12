/**
 * TensorFlow's record files: byte strings one after another. Each is its length (uint64), the
 * masked CRC-32C of these eight bytes, the bytes, and their masked CRC-32C; all little-endian.
 */
@NullMarked
package dev.hesse.io.tfrecord;

import org.jspecify.annotations.NullMarked;
