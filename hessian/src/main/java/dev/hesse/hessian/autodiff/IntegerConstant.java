package dev.hesse.hessian.autodiff;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** A serialised integer tensor. */
final class IntegerConstant {
  private IntegerConstant() {}

  /** The elements, which are stored packed or one by one, the last one standing for the rest. */
  static long[] elements(TensorProto tensor) {
    boolean wide = tensor.getDtype() == DataType.DT_INT64;
    if (!wide && tensor.getDtype() != DataType.DT_INT32) {
      throw new IllegalArgumentException("a constant of " + tensor.getDtype());
    }
    long[] elements =
        new long
            [tensor.getTensorShape().getDimList().stream()
                .mapToInt(dimension -> Math.toIntExact(dimension.getSize()))
                .reduce(1, Math::multiplyExact)];
    int listed = wide ? tensor.getInt64ValCount() : tensor.getIntValCount();
    ByteBuffer packed =
        tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements.length; i++) {
      if (packed.hasRemaining()) {
        elements[i] = wide ? packed.getLong() : packed.getInt();
      } else if (listed > 0) {
        int last = Math.min(i, listed - 1);
        elements[i] = wide ? tensor.getInt64Val(last) : tensor.getIntVal(last);
      }
    }
    return elements;
  }
}
