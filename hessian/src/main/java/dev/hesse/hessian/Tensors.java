package dev.hesse.hessian;

import dev.hesse.models.Precision;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Java arrays as native tensors and back. */
public final class Tensors {
  private Tensors() {}

  /** A tensor of the given precision, each value rounded to it once. */
  public static TNumber of(Precision precision, Shape shape, double[] values) {
    return switch (precision) {
      case FLOAT32 -> {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) values[i];
        }
        yield TFloat32.tensorOf(shape, DataBuffers.of(floats, true, false));
      }
      case FLOAT64 -> TFloat64.tensorOf(shape, DataBuffers.of(values, true, false));
    };
  }

  /** A tensor of the given precision, exact. */
  public static TNumber of(Precision precision, Shape shape, float[] values) {
    return switch (precision) {
      case FLOAT32 -> TFloat32.tensorOf(shape, DataBuffers.of(values, true, false));
      case FLOAT64 -> {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
          doubles[i] = values[i];
        }
        yield TFloat64.tensorOf(shape, DataBuffers.of(doubles, true, false));
      }
    };
  }

  /** The elements of a float32 or float64 tensor in row-major order. */
  public static double[] toDoubles(Tensor tensor) {
    double[] doubles = new double[Math.toIntExact(tensor.shape().size())];
    if (tensor instanceof TFloat64 exact) {
      exact.copyTo(DataBuffers.of(doubles, false, false));
    } else if (tensor instanceof TFloat32 single) {
      float[] floats = new float[doubles.length];
      single.copyTo(DataBuffers.of(floats, false, false));
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
    } else {
      throw new IllegalArgumentException("a tensor of " + tensor.dataType());
    }
    return doubles;
  }
}
