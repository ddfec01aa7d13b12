package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Batch norm with running statistics, y = (x − μ)·s + b by channel, with s = γ / √(σ² + ε), in the
 * precision of γ. All five inputs x, γ, b, μ and σ² may be parameters.
 */
final class InferenceBatchNorm {
  private static final int X = 0;
  private static final int SCALE = 1;
  private static final int OFFSET = 2;
  private static final int MEAN = 3;
  private static final int VARIANCE = 4;

  private final Node node;
  private final Ops tf;
  private final MathOps math;
  private final int channelDimension;

  InferenceBatchNorm(Node node) {
    this.node = node;
    this.tf = node.tf();
    this.math = node.math();
    this.channelDimension =
        node.text("data_format").indexOf('C') == 1 ? 1 : node.inputShape(X).numDimensions() - 1;
  }

  /** The gradients of the inputs for that of y. */
  List<@Nullable Operand<TNumber>> gradient(Operand<TNumber> output) {
    Operand<TNumber> g = tf.dtypes.cast(output, node.inputType(SCALE));
    Operand<TNumber> total = overChannels(g);
    Operand<TNumber> ofScale = math.mul(overChannels(math.mul(g, centred())), inverseDeviation());
    return List.of(
        tf.dtypes.cast(math.mul(g, aligned(slope())), node.inputType(X)),
        ofScale,
        total,
        math.neg(math.mul(slope(), total)),
        math.mul(ofScale, slopeByVariance()));
  }

  /** The tangent of y for those of the inputs. */
  Operand<TNumber> tangent(List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    Operand<TNumber> x = inputs.get(X);
    if (x != null) {
      terms.add(math.mul(tf.dtypes.cast(x, node.inputType(SCALE)), aligned(slope())));
    }
    List<Operand<TNumber>> slopes = new ArrayList<>();
    Operand<TNumber> scale = inputs.get(SCALE);
    if (scale != null) {
      slopes.add(math.mul(scale, inverseDeviation()));
    }
    Operand<TNumber> variance = inputs.get(VARIANCE);
    if (variance != null) {
      slopes.add(math.mul(math.mul(variance, slopeByVariance()), inverseDeviation()));
    }
    Operand<TNumber> slope = Sums.of(tf, slopes);
    if (slope != null) {
      terms.add(math.mul(centred(), aligned(slope)));
    }
    List<Operand<TNumber>> offsets = new ArrayList<>();
    Operand<TNumber> offset = inputs.get(OFFSET);
    if (offset != null) {
      offsets.add(offset);
    }
    Operand<TNumber> mean = inputs.get(MEAN);
    if (mean != null) {
      offsets.add(math.neg(math.mul(mean, slope())));
    }
    Operand<TNumber> moved = Sums.of(tf, offsets);
    if (moved != null) {
      terms.add(Sums.broadcast(tf, aligned(moved), node.outputShape(0)));
    }
    Operand<TNumber> sum = Sums.of(tf, terms);
    if (sum == null) {
      throw new IllegalArgumentException("no tangent of an input of " + node);
    }
    return tf.dtypes.cast(sum, node.inputType(X));
  }

  private Operand<TNumber> centred() {
    return math.sub(
        tf.dtypes.cast(node.input(X), node.inputType(SCALE)), aligned(node.input(MEAN)));
  }

  private Operand<TNumber> inverseDeviation() {
    return math.rsqrt(math.add(node.input(VARIANCE), number(node.attribute("epsilon").getF())));
  }

  private Operand<TNumber> slope() {
    return math.mul(node.input(SCALE), inverseDeviation());
  }

  /** −γ / (2·(σ² + ε)): the slope's derivative by the variance is this times 1/√(σ² + ε). */
  private Operand<TNumber> slopeByVariance() {
    return math.mul(math.mul(slope(), inverseDeviation()), number(-0.5));
  }

  private Operand<TNumber> number(double value) {
    return Constants.scalar(tf, node.inputType(SCALE), value);
  }

  private Operand<TNumber> overChannels(Operand<TNumber> x) {
    int[] others =
        IntStream.range(0, node.inputShape(X).numDimensions())
            .filter(dimension -> dimension != channelDimension)
            .toArray();
    return tf.sum(x, tf.constant(others));
  }

  /** One number per channel, in a shape that is broadcast to x. */
  private Operand<TNumber> aligned(Operand<TNumber> channels) {
    if (channelDimension == node.inputShape(X).numDimensions() - 1) {
      return channels;
    }
    long[] shape = new long[node.inputShape(X).numDimensions() - 1];
    Arrays.fill(shape, 1);
    shape[0] = -1;
    return tf.reshape(channels, tf.constant(shape));
  }
}
