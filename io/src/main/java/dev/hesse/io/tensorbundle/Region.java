package dev.hesse.io.tensorbundle;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.StridedLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The elements of a tensor that lie in a range of each dimension. */
final class Region {
  private final long[] whole;
  private final long[] start;
  private final long[] length;

  /**
   * @param whole the tensor's shape
   * @param start of the ranges, which lie within the shape
   */
  Region(long[] whole, long[] start, long[] length) {
    this.whole = whole.clone();
    this.start = start.clone();
    this.length = length.clone();
  }

  /** The shape of its elements. */
  long[] shape() {
    return length.clone();
  }

  boolean overlaps(Region other) {
    for (int i = 0; i < whole.length; i++) {
      if (start[i] >= other.start[i] + other.length[i] || other.start[i] >= start[i] + length[i]) {
        return false;
      }
    }
    return true;
  }

  /** Its elements of the tensor, without a copy where no others lie between them. */
  StoredTensor of(StoredTensor tensor) {
    if (tensor.elementCount() == 0) {
      return tensor.reshaped(length);
    }
    long[] strides = strides();
    StridedLayout layout = new StridedLayout(length, strides);
    int bytes = tensor.dtype().bytes();
    ByteBuffer data =
        tensor.data().slice((int) first(strides) * bytes, (int) layout.span() * bytes);
    return layout.read(tensor.dtype(), data.order(ByteOrder.LITTLE_ENDIAN));
  }

  /**
   * Puts a tensor of its shape to its place.
   *
   * @param target the elements of the whole tensor
   */
  void write(StoredTensor part, ByteBuffer target) {
    if (part.elementCount() == 0) {
      return;
    }
    ByteBuffer data = part.data();
    long[] strides = strides();
    int outer = outer();
    long adjacent = outer == 0 ? 1 : length[outer - 1] * strides[outer - 1];
    int run = (int) adjacent * part.dtype().bytes();
    long[] index = new long[whole.length];
    long position = first(strides);
    for (int from = 0; from < data.capacity(); from += run) {
      target.put((int) position * part.dtype().bytes(), data, from, run);
      for (int axis = outer - 2; axis >= 0; axis--) {
        position += strides[axis];
        if (++index[axis] < length[axis]) {
          break;
        }
        position -= length[axis] * strides[axis];
        index[axis] = 0;
      }
    }
  }

  /** One more than the last dimension whose following ones are whole: its range has no gaps. */
  private int outer() {
    int outer = whole.length;
    while (outer > 1 && length[outer - 1] == whole[outer - 1]) {
      outer--;
    }
    return outer;
  }

  /** Of a tensor with elements in row-major order. */
  private long[] strides() {
    long[] strides = new long[whole.length];
    long stride = 1;
    for (int i = whole.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= whole[i];
    }
    return strides;
  }

  private long first(long[] strides) {
    long first = 0;
    for (int i = 0; i < start.length; i++) {
      first += start[i] * strides[i];
    }
    return first;
  }
}
