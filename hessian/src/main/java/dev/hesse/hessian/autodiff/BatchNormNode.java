package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.family.TNumber;

/**
 * What the derivatives of batch norm have in common. All of it is in the precision of the scale.
 */
record BatchNormNode(Node node) {
  static final int X = 0;
  static final int SCALE = 1;
  static final int OFFSET = 2;
  static final int MEAN = 3;
  static final int VARIANCE = 4;

  Operand<TNumber> x() {
    return inner(node.input(X));
  }

  /** A tensor in the precision of the scale. */
  Operand<TNumber> inner(Operand<TNumber> outer) {
    return node.tf().dtypes.cast(outer, node.inputType(SCALE));
  }

  /** A tensor in the precision of x. */
  Operand<TNumber> outer(Operand<TNumber> inner) {
    return node.tf().dtypes.cast(inner, node.inputType(X));
  }

  Operand<TNumber> number(double value) {
    return Constants.scalar(node.tf(), node.inputType(SCALE), value);
  }

  Operand<TNumber> epsilon() {
    return number(node.attribute("epsilon").getF());
  }

  /** Sums over all but the channels. */
  Operand<TNumber> sum(Operand<TNumber> x) {
    return node.tf().sum(x, node.tf().constant(others()));
  }

  /** Means over all but the channels, in a shape that is broadcast to x. */
  Operand<TNumber> mean(Operand<TNumber> x) {
    Ops tf = node.tf();
    double count = (double) node.inputShape(X).size() / node.inputShape(SCALE).size();
    Operand<TNumber> sum = tf.sum(x, tf.constant(others()), Sum.keepDims(true));
    return tf.math.mul(sum, number(1 / count));
  }

  /** One number per channel, in a shape that is broadcast to x. */
  Operand<TNumber> aligned(Operand<TNumber> channels) {
    int dimension = channelDimension();
    if (dimension == rank() - 1) {
      return channels;
    }
    long[] shape = new long[rank() - dimension];
    Arrays.fill(shape, 1);
    shape[0] = node.inputShape(SCALE).size();
    return node.tf().reshape(channels, node.tf().constant(shape));
  }

  private int rank() {
    return node.inputShape(X).numDimensions();
  }

  private int channelDimension() {
    return node.text("data_format").indexOf('C') == 1 ? 1 : rank() - 1;
  }

  private int[] others() {
    return IntStream.range(0, rank()).filter(i -> i != channelDimension()).toArray();
  }
}
