package dev.hesse.models;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Constants of a number type that is known at run time only. */
public final class Constants {
  private Constants() {}

  /** A scalar of {@code type}, rounded to it once. */
  @SuppressWarnings("unchecked") // each branch returns an operand of the type it tested for
  public static <T extends TNumber> Operand<T> scalar(Ops tf, Class<T> type, double value) {
    if (type == TFloat32.class) {
      return (Operand<T>) (Operand<?>) tf.constant((float) value);
    }
    if (type == TFloat64.class) {
      return (Operand<T>) (Operand<?>) tf.constant(value);
    }
    return tf.dtypes.cast(tf.constant(value), type);
  }
}
