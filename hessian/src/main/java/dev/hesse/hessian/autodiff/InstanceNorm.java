package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/**
 * Batch norm over the statistics of a batch of one, y = γ·n + b with n = (x − mean(x)) / √(var(x) +
 * ε) by channel. Keras computes layer norm so, with a channel for each example's each position.
 */
final class InstanceNorm {
  private final Node node;
  private final BatchNormNode norm;
  private final MathOps math;
  private final Operand<TNumber> normal;
  private final Operand<TNumber> inverseDeviation;

  InstanceNorm(Node node) {
    this.node = node;
    this.norm = new BatchNormNode(node);
    this.math = node.math();
    Operand<TNumber> centred = math.sub(norm.x(), norm.mean(norm.x()));
    this.inverseDeviation = math.rsqrt(math.add(norm.mean(math.square(centred)), norm.epsilon()));
    this.normal = math.mul(centred, inverseDeviation);
  }

  static boolean applies(Node node) {
    return node.inputShape(BatchNormNode.X).get(0) == 1;
  }

  /** The gradients of the inputs for that of y; none for running statistics, which are not read. */
  List<@Nullable Operand<TNumber>> gradient(Operand<TNumber> output) {
    Operand<TNumber> g = norm.inner(output);
    Operand<TNumber> scale = norm.aligned(node.input(BatchNormNode.SCALE));
    return Arrays.asList(
        norm.outer(jacobian(math.mul(g, scale))),
        norm.sum(math.mul(g, normal)),
        norm.sum(g),
        null,
        null);
  }

  /** The tangent of y for those of the inputs. */
  @Nullable Operand<TNumber> tangent(List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    Operand<TNumber> x = inputs.get(BatchNormNode.X);
    if (x != null) {
      Operand<TNumber> scale = norm.aligned(node.input(BatchNormNode.SCALE));
      terms.add(math.mul(jacobian(norm.inner(x)), scale));
    }
    Operand<TNumber> scale = inputs.get(BatchNormNode.SCALE);
    if (scale != null) {
      terms.add(math.mul(normal, norm.aligned(scale)));
    }
    Operand<TNumber> offset = inputs.get(BatchNormNode.OFFSET);
    if (offset != null) {
      terms.add(Sums.broadcast(node.tf(), norm.aligned(offset), node.outputShape(0)));
    }
    Operand<TNumber> sum = Sums.of(node.tf(), terms);
    return sum == null ? null : norm.outer(sum);
  }

  /** ∂n/∂x · d, which is symmetric: (d − mean(d) − n·mean(n ⊙ d)) / √(var(x) + ε). */
  private Operand<TNumber> jacobian(Operand<TNumber> d) {
    Operand<TNumber> along = math.mul(normal, norm.mean(math.mul(normal, d)));
    return math.mul(math.sub(math.sub(d, norm.mean(d)), along), inverseDeviation);
  }
}
