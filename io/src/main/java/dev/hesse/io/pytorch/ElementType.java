package dev.hesse.io.pytorch;

import dev.hesse.io.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** PyTorch's element types, those included that are recognised only to be named in an error. */
enum ElementType {
  FLOAT16("float16", "HalfStorage", 2, DType.FLOAT16),
  BFLOAT16("bfloat16", "BFloat16Storage", 2, DType.BFLOAT16),
  FLOAT32("float32", "FloatStorage", 4, DType.FLOAT32),
  FLOAT64("float64", "DoubleStorage", 8, DType.FLOAT64),
  INT8("int8", "CharStorage", 1, DType.INT8),
  INT16("int16", "ShortStorage", 2, DType.INT16),
  INT32("int32", "IntStorage", 4, DType.INT32),
  INT64("int64", "LongStorage", 8, DType.INT64),
  UINT8("uint8", "ByteStorage", 1, DType.UINT8),
  UINT16("uint16", null, 2, DType.UINT16),
  UINT32("uint32", null, 4, DType.UINT32),
  UINT64("uint64", null, 8, DType.UINT64),
  BOOL("bool", "BoolStorage", 1, DType.BOOL),
  /** Bytes whose element type each tensor says for itself. */
  UNTYPED("untyped", "UntypedStorage", 1, null),
  COMPLEX32("complex32", null, 4, null),
  COMPLEX64("complex64", "ComplexFloatStorage", 8, null),
  COMPLEX128("complex128", "ComplexDoubleStorage", 16, null),
  FLOAT8_E4M3FN("float8_e4m3fn", null, 1, null),
  FLOAT8_E4M3FNUZ("float8_e4m3fnuz", null, 1, null),
  FLOAT8_E5M2("float8_e5m2", null, 1, null),
  FLOAT8_E5M2FNUZ("float8_e5m2fnuz", null, 1, null),
  FLOAT8_E8M0FNU("float8_e8m0fnu", null, 1, null),
  QINT8("qint8", "QInt8Storage", 1, null),
  QUINT8("quint8", "QUInt8Storage", 1, null),
  QINT32("qint32", "QInt32Storage", 4, null),
  QUINT4X2("quint4x2", "QUInt4x2Storage", 1, null),
  QUINT2X4("quint2x4", "QUInt2x4Storage", 1, null);

  private final String label;
  private final @Nullable String storageName;
  private final int bytes;
  private final @Nullable DType dtype;

  ElementType(String label, @Nullable String storageName, int bytes, @Nullable DType dtype) {
    this.label = label;
    this.storageName = storageName;
    this.bytes = bytes;
    this.dtype = dtype;
  }

  /** PyTorch's name for a type that Hesse reads; it has all of them. */
  static ElementType of(DType dtype) {
    return Arrays.stream(values())
        .filter(element -> element.dtype == dtype)
        .findFirst()
        .orElseThrow();
  }

  /** The attribute of {@code torch} that names the type. */
  String label() {
    return label;
  }

  /** The class of storages of this type, or null where PyTorch writes them untyped. */
  @Nullable String storageName() {
    return storageName;
  }

  int bytes() {
    return bytes;
  }

  /** The type as Hesse reads it, or null. */
  @Nullable DType dtype() {
    return dtype;
  }
}
