package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Numbers in a graph's constants. */
final class Constant {
  /** A few bytes of a file do not make more of them in memory than this. */
  private static final int MAX_REPEATED = 1 << 22;

  private static final Map<DataType, DType> TYPES =
      Map.of(
          DataType.DT_FLOAT, DType.FLOAT32,
          DataType.DT_DOUBLE, DType.FLOAT64,
          DataType.DT_HALF, DType.FLOAT16,
          DataType.DT_BFLOAT16, DType.BFLOAT16,
          DataType.DT_INT32, DType.INT32,
          DataType.DT_INT64, DType.INT64,
          DataType.DT_UINT8, DType.UINT8,
          DataType.DT_BOOL, DType.BOOL);

  private Constant() {}

  static Optional<DType> type(DataType type) {
    return Optional.ofNullable(TYPES.get(type));
  }

  /** A node that holds numbers. */
  static NodeDef node(String name, DataType type, StoredTensor value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : value.shape()) {
      shape.addDimBuilder().setSize(size);
    }
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(type)
            .setTensorShape(shape)
            .setTensorContent(ByteString.copyFrom(value.data()))
            .build();
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  /**
   * The numbers of a floating constant: packed, or listed one by one, the last one repeated.
   *
   * @throws BadInputException if there are not as many as its shape says, or one number would fill
   *     more than {@link #MAX_REPEATED} elements
   */
  static StoredTensor floating(TensorProto tensor) {
    DType dtype = TYPES.get(tensor.getDtype());
    if (dtype == null || !dtype.isFloating()) {
      throw new IllegalArgumentException("expected floating numbers, got " + tensor.getDtype());
    }
    long[] shape = shape(tensor);
    int count = count(shape);
    ByteString packed = tensor.getTensorContent();
    if (!packed.isEmpty()) {
      if (packed.size() != (long) count * dtype.bytes()) {
        throw BadInputException.damaged(
            "a constant of %d elements in %d bytes".formatted(count, packed.size()));
      }
      return new StoredTensor(dtype, shape, packed.asReadOnlyByteBuffer());
    }
    int listed =
        switch (dtype) {
          case FLOAT32 -> tensor.getFloatValCount();
          case FLOAT64 -> tensor.getDoubleValCount();
          default -> tensor.getHalfValCount();
        };
    if (listed < count && count > MAX_REPEATED) {
      throw BadInputException.damaged(
          "a constant of %d elements, of which the file holds %d".formatted(count, listed));
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(count, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count && listed > 0; i++) {
      int at = Math.min(i, listed - 1);
      switch (dtype) {
        case FLOAT32 -> data.putFloat(tensor.getFloatVal(at));
        case FLOAT64 -> data.putDouble(tensor.getDoubleVal(at));
        default -> data.putShort((short) tensor.getHalfVal(at));
      }
    }
    return new StoredTensor(dtype, shape, data.rewind());
  }

  /**
   * The elements of a node that holds a few integers or truth values; empty if it does not.
   *
   * @param limit of the number of elements
   */
  static Optional<long[]> integers(NodeDef node, int limit) {
    TensorProto tensor = node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor();
    DType dtype = TYPES.get(tensor.getDtype());
    if (!node.getOp().equals("Const") || dtype == null || dtype.isFloating()) {
      return Optional.empty();
    }
    int count = count(shape(tensor));
    if (count > limit) {
      return Optional.empty();
    }
    ByteString packed = tensor.getTensorContent();
    if (!packed.isEmpty()) {
      if (packed.size() != (long) count * dtype.bytes()) {
        throw BadInputException.damaged(
            "a constant of %d elements in %d bytes".formatted(count, packed.size()));
      }
      double[] stored =
          new StoredTensor(dtype, shape(tensor), packed.asReadOnlyByteBuffer()).toDoubles();
      return Optional.of(Arrays.stream(stored).mapToLong(value -> (long) value).toArray());
    }
    List<? extends Number> listed =
        switch (tensor.getDtype()) {
          case DT_INT64 -> tensor.getInt64ValList();
          case DT_BOOL -> tensor.getBoolValList().stream().map(b -> b ? 1 : 0).toList();
          default -> tensor.getIntValList();
        };
    long[] values = new long[count];
    for (int i = 0; i < count && !listed.isEmpty(); i++) {
      values[i] = listed.get(Math.min(i, listed.size() - 1)).longValue();
    }
    return Optional.of(values);
  }

  private static long[] shape(TensorProto tensor) {
    return tensor.getTensorShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
  }

  private static int count(long[] shape) {
    try {
      return Math.toIntExact(StoredTensor.elementCount(shape));
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw BadInputException.damaged("a constant of shape " + Arrays.toString(shape));
    }
  }
}
