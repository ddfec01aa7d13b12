package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Chunks;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import dev.hesse.models.Precision;
import java.util.Arrays;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.DoubleDataBuffer;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/** Java arrays as native tensors and back. */
public final class Tensors {
  private Tensors() {}

  /** A tensor of the given precision, each value rounded to it once. */
  public static TNumber of(Precision precision, Shape shape, double[] values) {
    return switch (precision) {
      case FLOAT32 -> {
        TFloat32 tensor = TFloat32.tensorOf(shape);
        FloatDataBuffer target = tensor.asRawTensor().data().asFloats();
        Chunks.forEach(
            values.length,
            (from, to) -> {
              float[] part = new float[to - from];
              for (int i = 0; i < part.length; i++) {
                part[i] = (float) values[from + i];
              }
              target.slice(from, part.length).write(part);
            });
        yield tensor;
      }
      case FLOAT64 -> TFloat64.tensorOf(shape, DataBuffers.of(values, true, false));
    };
  }

  /**
   * A tensor of the given type and shape; numbers are converted as {@link StoredTensor#as} says.
   *
   * @throws BadInputException if the elements are not as many, or not of the kind, that it takes
   */
  public static TType of(DataArray array, DataType type, Shape shape) {
    if (array instanceof StoredTensor numbers && type != DataType.DT_STRING) {
      requireSize(numbers.elementCount(), array, shape);
      ElementType elements = ElementType.of(type);
      StoredTensor converted = numbers.as(elements.stored());
      byte[] bytes = new byte[converted.data().remaining()];
      converted.data().get(bytes);
      return Tensor.of(elements.type(), shape, DataBuffers.of(bytes));
    }
    if (array instanceof TextTensor texts && type == DataType.DT_STRING) {
      requireSize(texts.elements().size(), array, shape);
      NdArray<byte[]> elements = NdArrays.ofObjects(byte[].class, shape);
      int[] next = new int[1];
      elements.scalars().forEach(scalar -> scalar.setObject(texts.elements().get(next[0]++)));
      return TString.tensorOfBytes(elements);
    }
    throw new BadInputException(
        "it holds %s, where the model takes %s"
            .formatted(array.elementType(), type == DataType.DT_STRING ? "text" : "numbers"),
        "Give an array of the type that the model takes");
  }

  private static void requireSize(int elements, DataArray array, Shape shape) {
    if (elements != shape.size()) {
      throw new BadInputException(
          "its shape is %s, where the model takes %s"
              .formatted(Arrays.toString(array.shape()), Arrays.toString(shape.asArray())),
          "Reshape the array");
    }
  }

  private record ElementType(DType stored, Class<? extends TType> type) {
    static ElementType of(DataType type) {
      return switch (type) {
        case DT_FLOAT -> new ElementType(DType.FLOAT32, TFloat32.class);
        case DT_DOUBLE -> new ElementType(DType.FLOAT64, TFloat64.class);
        case DT_HALF -> new ElementType(DType.FLOAT16, TFloat16.class);
        case DT_BFLOAT16 -> new ElementType(DType.BFLOAT16, TBfloat16.class);
        case DT_INT32 -> new ElementType(DType.INT32, TInt32.class);
        case DT_INT64 -> new ElementType(DType.INT64, TInt64.class);
        case DT_UINT8 -> new ElementType(DType.UINT8, TUint8.class);
        case DT_UINT16 -> new ElementType(DType.UINT16, TUint16.class);
        case DT_BOOL -> new ElementType(DType.BOOL, TBool.class);
        default ->
            throw new BadInputException(
                "the model takes %s".formatted(type), "Feed another tensor of the model");
      };
    }
  }

  /** The elements of a float32 or float64 tensor in row-major order. */
  public static double[] toDoubles(Tensor tensor) {
    double[] doubles = new double[Math.toIntExact(tensor.shape().size())];
    addTo(doubles, 1, tensor);
    return doubles;
  }

  /** sum += weight·tensor, of a float32 or float64 tensor with as many elements. */
  static void addTo(double[] sum, double weight, Tensor tensor) {
    if (tensor.shape().size() != sum.length) {
      throw new IllegalArgumentException(
          "a tensor of %d elements, expected %d".formatted(tensor.shape().size(), sum.length));
    }
    if (tensor instanceof TFloat64 exact) {
      DoubleDataBuffer source = exact.asRawTensor().data().asDoubles();
      Chunks.forEach(
          sum.length,
          (from, to) -> {
            double[] part = new double[to - from];
            source.slice(from, part.length).read(part);
            for (int i = 0; i < part.length; i++) {
              sum[from + i] += weight * part[i];
            }
          });
    } else if (tensor instanceof TFloat32 single) {
      FloatDataBuffer source = single.asRawTensor().data().asFloats();
      Chunks.forEach(
          sum.length,
          (from, to) -> {
            float[] part = new float[to - from];
            source.slice(from, part.length).read(part);
            for (int i = 0; i < part.length; i++) {
              sum[from + i] += weight * part[i];
            }
          });
    } else {
      throw new IllegalArgumentException("a tensor of " + tensor.dataType());
    }
  }
}
