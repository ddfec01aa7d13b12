package dev.hesse.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where the elements of a tensor lie: element (i₀, i₁, …) is Σ iₖ·strideₖ elements after the first.
 * Strides are never negative. All arithmetic is exact.
 */
public final class StridedLayout {
  /** The most dimensions that PyTorch and NumPy allow. */
  public static final int MAX_RANK = 64;

  private final long[] shape;
  private final long[] strides;
  private final long elementCount;
  private final long span;

  /**
   * @throws BadInputException if a dimension or stride is negative, the lengths differ or exceed
   *     {@link #MAX_RANK}, or the element count or the span exceeds a long
   */
  public StridedLayout(long[] shape, long[] strides) {
    this.shape = shape.clone();
    this.strides = strides.clone();
    if (shape.length != strides.length || shape.length > MAX_RANK) {
      throw BadInputException.damaged(
          "%d dimensions with %d strides".formatted(shape.length, strides.length));
    }
    if (Arrays.stream(shape).anyMatch(d -> d < 0) || Arrays.stream(strides).anyMatch(s -> s < 0)) {
      throw BadInputException.damaged("negative " + this);
    }
    try {
      this.elementCount = StoredTensor.elementCount(shape);
      this.span = elementCount == 0 ? 0 : Math.addExact(last(), 1);
    } catch (ArithmeticException e) {
      throw BadInputException.damaged(this + " exceeds 64 bits");
    }
  }

  /** The layout without gaps whose last index varies fastest. */
  public static StridedLayout rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = saturatedProduct(stride, shape[i]);
    }
    return new StridedLayout(shape, strides);
  }

  /** The layout without gaps whose first index varies fastest, as in Fortran. */
  public static StridedLayout columnMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      stride = saturatedProduct(stride, shape[i]);
    }
    return new StridedLayout(shape, strides);
  }

  /** A product that stays at the largest long, which the constructor's exact arithmetic refuses. */
  private static long saturatedProduct(long a, long b) {
    return b > 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  private long last() {
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
    }
    return last;
  }

  public long[] shape() {
    return shape.clone();
  }

  public long elementCount() {
    return elementCount;
  }

  /** Elements from the first to the last in memory, both included; 0 for an empty tensor. */
  public long span() {
    return span;
  }

  /** Whether the elements already lie in row-major order without gaps. */
  public boolean isRowMajor() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0 && elementCount > 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  /**
   * The tensor whose elements lie in {@code source} in this layout. It shares memory with the
   * source where this is row-major and the source's byte order is little-endian, and is a copy of
   * {@link #elementCount} elements otherwise.
   *
   * @param source {@link #span} elements, in its byte order
   */
  public StoredTensor read(DType dtype, ByteBuffer source) {
    boolean inOrder = source.order() == ByteOrder.LITTLE_ENDIAN || dtype.bytes() == 1;
    ByteBuffer data = inOrder && isRowMajor() ? source : gather(dtype.bytes(), source);
    return new StoredTensor(dtype, shape, data);
  }

  private ByteBuffer gather(int bytes, ByteBuffer source) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(elementCount * bytes)).order(ByteOrder.LITTLE_ENDIAN);
    int[] axes = IntStream.range(0, shape.length).filter(i -> shape[i] != 1).toArray();
    long[] index = new long[shape.length];
    long position = 0;
    while (out.hasRemaining()) {
      int at = source.position() + (int) position * bytes;
      switch (bytes) {
        case 1 -> out.put(source.get(at));
        case 2 -> out.putShort(source.getShort(at));
        case 4 -> out.putInt(source.getInt(at));
        default -> out.putLong(source.getLong(at));
      }
      for (int k = axes.length - 1; k >= 0; k--) {
        int axis = axes[k];
        position += strides[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        position -= shape[axis] * strides[axis];
        index[axis] = 0;
      }
    }
    return out.flip();
  }

  @Override
  public String toString() {
    return "shape %s with strides %s".formatted(Arrays.toString(shape), Arrays.toString(strides));
  }
}
