package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StridedLayout;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Where a tensor lies and what it is.
 *
 * @param crc masked, of its bytes
 */
record BundleEntry(DType dtype, StridedLayout layout, Span span, int crc) {
  private static final Map<DataType, DType> DTYPES = new EnumMap<>(DataType.class);

  static {
    for (DType dtype : DType.values()) {
      DTYPES.put(dataType(dtype), dtype);
    }
  }

  /** Bytes of a shard. */
  record Span(int shard, long offset, long size) {
    static Span of(BundleEntryProto proto, int shards) {
      Span span = new Span(proto.getShardId(), proto.getOffset(), proto.getSize());
      if (span.shard < 0 || span.shard >= shards) {
        throw damaged("it lies in shard %d of %d".formatted(span.shard, shards));
      }
      if (span.offset < 0 || span.size < 0 || span.offset > Long.MAX_VALUE - span.size) {
        throw damaged("%d bytes at offset %d".formatted(span.size, span.offset));
      }
      return span;
    }

    long end() {
      return offset + size;
    }
  }

  /** TensorFlow's name for an element type. */
  static DataType dataType(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> DataType.DT_HALF;
      case BFLOAT16 -> DataType.DT_BFLOAT16;
      case FLOAT32 -> DataType.DT_FLOAT;
      case FLOAT64 -> DataType.DT_DOUBLE;
      case INT8 -> DataType.DT_INT8;
      case INT16 -> DataType.DT_INT16;
      case INT32 -> DataType.DT_INT32;
      case INT64 -> DataType.DT_INT64;
      case UINT8 -> DataType.DT_UINT8;
      case UINT16 -> DataType.DT_UINT16;
      case UINT32 -> DataType.DT_UINT32;
      case UINT64 -> DataType.DT_UINT64;
      case BOOL -> DataType.DT_BOOL;
    };
  }

  /** Whether the entry holds text or objects, which are no weights. */
  static boolean isNumeric(BundleEntryProto proto) {
    return proto.getDtype() != DataType.DT_STRING && proto.getDtype() != DataType.DT_VARIANT;
  }

  static BundleEntry of(BundleEntryProto proto, int shards) {
    DType dtype = dtype(proto);
    StridedLayout layout = StridedLayout.rowMajor(shape(proto.getShape()));
    Span span = Span.of(proto, shards);
    if (span.size % dtype.bytes() != 0 || span.size / dtype.bytes() != layout.elementCount()) {
      throw damaged(
          "%d elements of %s in %d bytes"
              .formatted(layout.elementCount(), dtype.label(), span.size));
    }
    requireRoom(layout, dtype);
    return new BundleEntry(dtype, layout, span, proto.getCrc32C());
  }

  static DType dtype(BundleEntryProto proto) {
    DType dtype = DTYPES.get(proto.getDtype());
    if (dtype == null) {
      throw new BadInputException(
          "elements of type %s are not read".formatted(name(proto)),
          "Cast the tensor to one of %s and save it again"
              .formatted(List.of(DType.values()).stream().map(DType::label).toList()));
    }
    return dtype;
  }

  /** The layout of a tensor that is not in one piece. */
  static StridedLayout layout(BundleEntryProto proto) {
    StridedLayout layout = StridedLayout.rowMajor(shape(proto.getShape()));
    requireRoom(layout, dtype(proto));
    return layout;
  }

  private static void requireRoom(StridedLayout layout, DType dtype) {
    if (layout.elementCount() > Integer.MAX_VALUE / dtype.bytes()) {
      throw new BadInputException(
          "%d elements of %s are more than the 2 GiB that one tensor may take"
              .formatted(layout.elementCount(), dtype.label()),
          "Split the tensor or save it in a smaller type");
    }
  }

  private static String name(BundleEntryProto proto) {
    return proto.getDtype() == DataType.UNRECOGNIZED
        ? "number " + proto.getDtypeValue()
        : proto.getDtype().name();
  }

  private static long[] shape(TensorShapeProto shape) {
    if (shape.getUnknownRank()) {
      throw damaged("its shape is unknown");
    }
    if (shape.getDimCount() > StridedLayout.MAX_RANK) {
      throw damaged(
          "%d dimensions, where at most %d are read"
              .formatted(shape.getDimCount(), StridedLayout.MAX_RANK));
    }
    return shape.getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray();
  }
}
