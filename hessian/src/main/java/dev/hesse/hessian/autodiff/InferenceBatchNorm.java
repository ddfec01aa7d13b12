package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/**
 * Batch norm with running statistics, y = (x − μ)·s + b by channel, with s = γ / √(σ² + ε). All
 * five inputs x, γ, b, μ and σ² may be parameters.
 */
final class InferenceBatchNorm {
  private final Node node;
  private final BatchNormNode norm;
  private final MathOps math;

  InferenceBatchNorm(Node node) {
    this.node = node;
    this.norm = new BatchNormNode(node);
    this.math = node.math();
  }

  /** The gradients of the inputs for that of y. */
  List<@Nullable Operand<TNumber>> gradient(Operand<TNumber> output) {
    Operand<TNumber> g = norm.inner(output);
    Operand<TNumber> total = norm.sum(g);
    Operand<TNumber> ofScale = math.mul(norm.sum(math.mul(g, centred())), inverseDeviation());
    return List.of(
        norm.outer(math.mul(g, norm.aligned(slope()))),
        ofScale,
        total,
        math.neg(math.mul(slope(), total)),
        math.mul(ofScale, relativeSlope()));
  }

  /** The tangent of y for those of the inputs. */
  @Nullable Operand<TNumber> tangent(List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    Operand<TNumber> x = inputs.get(BatchNormNode.X);
    if (x != null) {
      terms.add(math.mul(norm.inner(x), norm.aligned(slope())));
    }
    Operand<TNumber> slope = slopeTangent(inputs);
    if (slope != null) {
      terms.add(math.mul(centred(), norm.aligned(slope)));
    }
    Operand<TNumber> offset = offsetTangent(inputs);
    if (offset != null) {
      terms.add(Sums.broadcast(node.tf(), norm.aligned(offset), node.outputShape(0)));
    }
    Operand<TNumber> sum = Sums.of(node.tf(), terms);
    return sum == null ? null : norm.outer(sum);
  }

  private @Nullable Operand<TNumber> slopeTangent(List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    Operand<TNumber> scale = inputs.get(BatchNormNode.SCALE);
    if (scale != null) {
      terms.add(math.mul(scale, inverseDeviation()));
    }
    Operand<TNumber> variance = inputs.get(BatchNormNode.VARIANCE);
    if (variance != null) {
      terms.add(math.mul(math.mul(variance, relativeSlope()), inverseDeviation()));
    }
    return Sums.of(node.tf(), terms);
  }

  private @Nullable Operand<TNumber> offsetTangent(List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    Operand<TNumber> offset = inputs.get(BatchNormNode.OFFSET);
    if (offset != null) {
      terms.add(offset);
    }
    Operand<TNumber> mean = inputs.get(BatchNormNode.MEAN);
    if (mean != null) {
      terms.add(math.neg(math.mul(mean, slope())));
    }
    return Sums.of(node.tf(), terms);
  }

  private Operand<TNumber> centred() {
    return math.sub(norm.x(), norm.aligned(node.input(BatchNormNode.MEAN)));
  }

  /** 1 / √(σ² + ε). */
  private Operand<TNumber> inverseDeviation() {
    return math.rsqrt(math.add(node.input(BatchNormNode.VARIANCE), norm.epsilon()));
  }

  private Operand<TNumber> slope() {
    return math.mul(node.input(BatchNormNode.SCALE), inverseDeviation());
  }

  /** −γ / (2·(σ² + ε)), which is ∂s/∂σ² in units of 1 / √(σ² + ε). */
  private Operand<TNumber> relativeSlope() {
    return math.mul(math.mul(slope(), inverseDeviation()), norm.number(-0.5));
  }
}
