package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of a function y = f(x) of one input whose Jacobian is symmetric, as that of every
 * element-wise function is: both directions apply it.
 *
 * @param jacobian writes ∂y/∂x · d for a given d, in terms of the node's input and output
 */
record UnaryRule(BiFunction<Node, Operand<TNumber>, Operand<TNumber>> jacobian)
    implements DerivativeRule {

  /**
   * The rule of an element-wise function.
   *
   * @param slope writes f′(x), in terms of the node's input and output
   */
  static UnaryRule ofSlope(BiFunction<MathOps, Node, Operand<TNumber>> slope) {
    return new UnaryRule((node, d) -> node.math().mul(d, slope.apply(node.math(), node)));
  }

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    return symmetric(node, outputs);
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    return symmetric(node, inputs);
  }

  private List<@Nullable Operand<TNumber>> symmetric(
      Node node, List<@Nullable Operand<TNumber>> derivatives) {
    Operand<TNumber> d = derivatives.get(0);
    return Collections.singletonList(d == null ? null : jacobian.apply(node, d));
  }
}
