package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of a function y = f(x) of one input whose Jacobian is symmetric, as that of every
 * element-wise function is: both directions apply it.
 *
 * @param jacobian writes ∂y/∂x · d for a given d, in terms of the node's input and output
 */
record UnaryRule(BiFunction<Node, Operand<TNumber>, Operand<TNumber>> jacobian)
    implements DerivativeRule {

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    Operand<TNumber> g = outputs.get(0);
    return Collections.singletonList(g == null ? null : jacobian.apply(node, g));
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    Operand<TNumber> d = inputs.get(0);
    return Collections.singletonList(d == null ? null : jacobian.apply(node, d));
  }
}
