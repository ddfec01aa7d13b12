package dev.hesse.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dense tensor as a file holds it: element type, shape, and its elements in row-major order,
 * little-endian, without gaps. A 0-d tensor has an empty shape and one element.
 */
public final class StoredTensor {
  private final DType dtype;
  private final long[] shape;
  private final ByteBuffer data;

  /**
   * @param data little-endian elements; its remaining bytes are exactly element count × {@link
   *     DType#bytes()}. The tensor keeps a view, not a copy.
   */
  public StoredTensor(DType dtype, long[] shape, ByteBuffer data) {
    this.dtype = dtype;
    this.shape = shape.clone();
    this.data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long expected = Math.multiplyExact(elementCount(shape), dtype.bytes());
    if (expected != data.remaining()) {
      throw new IllegalArgumentException(
          "shape %s of %s needs %d bytes, got %d"
              .formatted(Arrays.toString(shape), dtype.label(), expected, data.remaining()));
    }
  }

  /**
   * The product of the dimensions; 0 if one of them is 0, however large the others.
   *
   * @throws ArithmeticException if it exceeds a long
   * @throws IllegalArgumentException if a dimension is negative
   */
  public static long elementCount(long[] shape) {
    boolean empty = false;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      empty |= dimension == 0;
    }
    long count = empty ? 0 : 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }

  public DType dtype() {
    return dtype;
  }

  /** A copy of the dimensions, outermost first. */
  public long[] shape() {
    return shape.clone();
  }

  public int elementCount() {
    return data.remaining() / dtype.bytes();
  }

  /** A fresh read-only little-endian view of the elements. */
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * One element as a double: exact for every type but 64-bit integers beyond 2⁵³.
   *
   * @param index the element's position in row-major order
   */
  public double toDouble(int index) {
    int at = Objects.checkIndex(index, elementCount()) * dtype.bytes();
    return switch (dtype) {
      case FLOAT16 -> halfToFloat(data.getShort(at));
      case BFLOAT16 -> Float.intBitsToFloat(data.getShort(at) << 16);
      case FLOAT32 -> data.getFloat(at);
      case FLOAT64 -> data.getDouble(at);
      case INT8 -> data.get(at);
      case INT16 -> data.getShort(at);
      case INT32 -> data.getInt(at);
      case INT64 -> data.getLong(at);
      case UINT8 -> Byte.toUnsignedInt(data.get(at));
      case UINT16 -> Short.toUnsignedInt(data.getShort(at));
      case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
      case UINT64 -> unsignedToDouble(data.getLong(at));
      case BOOL -> data.get(at) == 0 ? 0 : 1;
    };
  }

  /** All elements, as {@link #toDouble} gives each. */
  public double[] toDoubles() {
    double[] out = new double[elementCount()];
    Arrays.setAll(out, this::toDouble);
    return out;
  }

  private static double unsignedToDouble(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  /** IEEE 754 binary16 to binary32, exact. */
  static float halfToFloat(short half) {
    int exponent = half >>> 10 & 0x1f;
    int fraction = half & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
        };
    return half < 0 ? -magnitude : magnitude;
  }
}
