package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.family.TNumber;

/** Sums of derivatives, over contributions and over broadcast dimensions. */
final class Sums {
  private Sums() {}

  /** The sum of tensors of one shape; null if there are none. */
  static @Nullable Operand<TNumber> of(Ops tf, List<Operand<TNumber>> terms) {
    return switch (terms.size()) {
      case 0 -> null;
      case 1 -> terms.get(0);
      case 2 -> tf.math.add(terms.get(0), terms.get(1));
      default -> tf.math.addN(terms);
    };
  }

  /** The transpose of broadcasting from {@code shape}: sums over the dimensions that were added. */
  static Operand<TNumber> toShape(Ops tf, Operand<TNumber> x, Shape shape) {
    Shape from = x.shape();
    if (from.equals(shape)) {
      return x;
    }
    int added = from.numDimensions() - shape.numDimensions();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < from.numDimensions(); i++) {
      if (i < added || (shape.get(i - added) == 1 && from.get(i) != 1)) {
        axes.add(i);
      }
    }
    Operand<TNumber> sum =
        tf.sum(
            x,
            tf.constant(axes.stream().mapToInt(Integer::intValue).toArray()),
            Sum.keepDims(false));
    return sum.shape().equals(shape) ? sum : tf.reshape(sum, tf.constant(shape.asArray()));
  }

  /** The sum of all elements, a scalar. */
  static Operand<TNumber> total(Ops tf, Operand<TNumber> x) {
    return tf.sum(tf.reshape(x, tf.constant(new int[] {-1})), tf.constant(0));
  }

  /** Broadcasts to {@code shape} if it is not of that shape. */
  static Operand<TNumber> broadcast(Ops tf, Operand<TNumber> x, Shape shape) {
    return x.shape().equals(shape) ? x : tf.broadcastTo(x, tf.constant(shape.asArray()));
  }
}
