package dev.hesse.models.savedmodel;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Numbers and texts in a graph's constants. */
final class Constant {
  /** A few bytes of a file do not make more of them in memory than this. */
  static final int MAX_REPEATED = 1 << 22;

  private static final Map<DataType, DType> TYPES =
      Map.of(
          DataType.DT_FLOAT, DType.FLOAT32,
          DataType.DT_DOUBLE, DType.FLOAT64,
          DataType.DT_HALF, DType.FLOAT16,
          DataType.DT_BFLOAT16, DType.BFLOAT16,
          DataType.DT_INT32, DType.INT32,
          DataType.DT_INT64, DType.INT64,
          DataType.DT_UINT8, DType.UINT8,
          DataType.DT_INT8, DType.INT8,
          DataType.DT_BOOL, DType.BOOL);

  private Constant() {}

  static Optional<DType> type(DataType type) {
    return Optional.ofNullable(TYPES.get(type));
  }

  /** A node that holds texts. */
  static NodeDef node(String name, TextTensor value) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    for (long size : value.shape()) {
      tensor.getTensorShapeBuilder().addDimBuilder().setSize(size);
    }
    value.elements().forEach(text -> tensor.addStringVal(ByteString.copyFrom(text)));
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_STRING).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
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
   * The numbers of a floating constant, as {@link #numbers} says.
   *
   * @throws IllegalArgumentException if they are not floating
   */
  static StoredTensor floating(TensorProto tensor) {
    if (!PrecisionConversion.isFloating(tensor.getDtype())) {
      throw new IllegalArgumentException("expected floating numbers, got " + tensor.getDtype());
    }
    return numbers(tensor);
  }

  /** Numbers, or texts. */
  static DataArray array(TensorProto tensor) {
    if (tensor.getDtype() != DataType.DT_STRING) {
      return numbers(tensor);
    }
    long[] shape = shape(tensor);
    int count = count(shape);
    int listed = tensor.getStringValCount();
    requireListed(count, listed);
    List<byte[]> texts = new ArrayList<>();
    byte[] last = new byte[0];
    for (int i = 0; i < count; i++) {
      if (i < listed) {
        last = tensor.getStringVal(i).toByteArray();
      }
      texts.add(last);
    }
    return new TextTensor(shape, texts);
  }

  /**
   * The numbers of a constant: packed, or listed one by one, the last one repeated.
   *
   * @throws BadInputException if there are not as many as its shape says, one number would fill
   *     more than {@link #MAX_REPEATED} elements, or they are of a type that is not read
   */
  static StoredTensor numbers(TensorProto tensor) {
    DType dtype = TYPES.get(tensor.getDtype());
    if (dtype == null) {
      throw new BadInputException(
          "a tensor holds %s".formatted(tensor.getDtype()), "Give another tensor");
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
    int listed = listed(tensor, dtype);
    requireListed(count, listed);
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(count, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count && listed > 0; i++) {
      int at = Math.min(i, listed - 1);
      switch (dtype) {
        case FLOAT32 -> data.putFloat(tensor.getFloatVal(at));
        case FLOAT64 -> data.putDouble(tensor.getDoubleVal(at));
        case INT64 -> data.putLong(tensor.getInt64Val(at));
        case BOOL -> data.put((byte) (tensor.getBoolVal(at) ? 1 : 0));
        case FLOAT16, BFLOAT16 -> data.putShort((short) tensor.getHalfVal(at));
        case INT32 -> data.putInt(tensor.getIntVal(at));
        case INT16, UINT16 -> data.putShort((short) tensor.getIntVal(at));
        default -> data.put((byte) tensor.getIntVal(at));
      }
    }
    return new StoredTensor(dtype, shape, data.rewind());
  }

  private static int listed(TensorProto tensor, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> tensor.getFloatValCount();
      case FLOAT64 -> tensor.getDoubleValCount();
      case INT64 -> tensor.getInt64ValCount();
      case BOOL -> tensor.getBoolValCount();
      case FLOAT16, BFLOAT16 -> tensor.getHalfValCount();
      default -> tensor.getIntValCount();
    };
  }

  private static void requireListed(int count, int listed) {
    if (listed < count && count > MAX_REPEATED) {
      throw BadInputException.damaged(
          "a constant of %d elements, of which the file holds %d".formatted(count, listed));
    }
  }

  /**
   * The elements of a node that holds a few integers or truth values; empty if it does not.
   *
   * @param limit of the number of elements
   */
  static Optional<long[]> integers(NodeDef node, int limit) {
    TensorProto tensor = node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor();
    DType dtype = TYPES.get(tensor.getDtype());
    if (!node.getOp().equals("Const")
        || dtype == null
        || dtype.isFloating()
        || count(shape(tensor)) > limit) {
      return Optional.empty();
    }
    StoredTensor stored = numbers(tensor);
    long[] values = new long[stored.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          dtype == DType.INT64 ? stored.data().getLong(i * Long.BYTES) : (long) stored.toDouble(i);
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
