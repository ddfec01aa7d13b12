package dev.hesse.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A dense tensor as a file holds it: element type, shape, and its elements in row-major order,
 * little-endian, without gaps. A 0-d tensor has an empty shape and one element.
 */
public final class StoredTensor implements NumberArray {
  /** Doubles hold every whole number up to this one, and no other is rounded to one of them. */
  private static final long MAX_WHOLE = (1L << 53) - 1;

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

  /** A float32 tensor with a copy of the values. */
  public static StoredTensor of(long[] shape, float[] values) {
    ByteBuffer data = littleEndian(values.length, DType.FLOAT32);
    data.asFloatBuffer().put(values);
    return new StoredTensor(DType.FLOAT32, shape, data);
  }

  /** A float64 tensor with a copy of the values. */
  public static StoredTensor of(long[] shape, double[] values) {
    ByteBuffer data = littleEndian(values.length, DType.FLOAT64);
    data.asDoubleBuffer().put(values);
    return new StoredTensor(DType.FLOAT64, shape, data);
  }

  /** An int32 tensor with a copy of the values. */
  public static StoredTensor of(long[] shape, int[] values) {
    ByteBuffer data = littleEndian(values.length, DType.INT32);
    data.asIntBuffer().put(values);
    return new StoredTensor(DType.INT32, shape, data);
  }

  /** The elements of tensors of one type, one tensor after the other. */
  static StoredTensor joined(DType dtype, long[] shape, List<StoredTensor> tensors) {
    ByteBuffer data = littleEndian(Math.toIntExact(elementCount(shape)), dtype);
    tensors.forEach(tensor -> data.put(tensor.data()));
    return new StoredTensor(dtype, shape, data.flip());
  }

  /** An int64 tensor with a copy of the values. */
  public static StoredTensor of(long[] shape, long[] values) {
    ByteBuffer data = littleEndian(values.length, DType.INT64);
    data.asLongBuffer().put(values);
    return new StoredTensor(DType.INT64, shape, data);
  }

  private static ByteBuffer littleEndian(int count, DType dtype) {
    return ByteBuffer.allocate(Math.multiplyExact(count, dtype.bytes()))
        .order(ByteOrder.LITTLE_ENDIAN);
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

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public StoredTensor rows(int[] numbers) {
    int bytes = DataArray.sizeOfRows(1, shape, dtype.bytes());
    ByteBuffer rows =
        ByteBuffer.allocate(DataArray.sizeOfRows(numbers.length, shape, dtype.bytes()));
    for (int number : numbers) {
      rows.put(data.slice(Objects.checkIndex(number, (int) shape[0]) * bytes, bytes));
    }
    long[] rowsShape = shape.clone();
    rowsShape[0] = numbers.length;
    return new StoredTensor(dtype, rowsShape, rows.flip());
  }

  @Override
  public StoredTensor reshaped(long[] other) {
    return new StoredTensor(dtype, other, data);
  }

  @Override
  public StoredTensor whole() {
    return this;
  }

  /**
   * The same numbers as another type: rounded to a floating one, and to an integer one only if
   * nothing changes.
   *
   * @throws BadInputException naming the first element that an integer type cannot hold
   */
  public StoredTensor as(DType other) {
    if (other == dtype) {
      return this;
    }
    ByteBuffer converted = littleEndian(elementCount(), other);
    for (int i = 0; i < elementCount(); i++) {
      double value = toDouble(i);
      switch (other) {
        case FLOAT32 -> converted.putFloat((float) value);
        case FLOAT64 -> converted.putDouble(value);
        case INT8 -> converted.put((byte) whole(i, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
        case INT16 -> converted.putShort((short) whole(i, value, Short.MIN_VALUE, Short.MAX_VALUE));
        case INT32 -> converted.putInt((int) whole(i, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
        case INT64 -> converted.putLong(whole(i, value, -MAX_WHOLE, MAX_WHOLE));
        case UINT8 -> converted.put((byte) whole(i, value, 0, 0xff));
        case UINT16 -> converted.putShort((short) whole(i, value, 0, 0xffff));
        case UINT32 -> converted.putInt((int) whole(i, value, 0, 0xffffffffL));
        case UINT64 -> converted.putLong(whole(i, value, 0, MAX_WHOLE));
        case BOOL -> converted.put((byte) whole(i, value, 0, 1));
        case FLOAT16 -> converted.putShort(halfOf(value));
        case BFLOAT16 -> converted.putShort(bfloatOf(value));
      }
    }
    return new StoredTensor(other, shape, converted.flip());
  }

  private long whole(int index, double value, long least, long most) {
    if (!(value >= least && value <= most && value == Math.rint(value))) {
      throw new BadInputException(
          "element %d is %s, where whole numbers from %d to %d are expected"
              .formatted(index, value, least, most),
          "Convert the array to the type that the model takes");
    }
    return (long) value;
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

  /**
   * The nearest binary16, ties to even. Below the smallest normal number 2⁻¹⁴ its unit is 2⁻²⁴,
   * above it 2⁻¹⁰ of the power of two; what {@code rint} carries over goes into the exponent.
   */
  static short halfOf(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    double magnitude = Math.abs(value);
    if (!(magnitude < 65520)) {
      return (short) (sign | (Double.isNaN(value) ? 0x7e00 : 0x7c00));
    }
    int exponent = Math.max(-14, Math.getExponent(magnitude));
    int units = (int) Math.rint(Math.scalb(magnitude, 10 - exponent));
    return (short) (sign | (units + ((exponent + 14) << 10)));
  }

  /** The nearest bfloat16, ties to even: the upper half of a float32, by way of which it rounds. */
  static short bfloatOf(double value) {
    int bits = Float.floatToIntBits((float) value);
    return (short) (Double.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
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
