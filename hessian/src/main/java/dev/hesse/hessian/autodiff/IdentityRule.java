package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of an operation that hands on its inputs, one output each; further inputs only steer it.
 *
 * @param inReverse whether the gradient passes too; where it does not, the operation is there to
 *     stop it, and the tangent of a gradient, which passes, is the derivative of what the gradient
 *     has become
 */
record IdentityRule(boolean inReverse) implements DerivativeRule {
  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    List<@Nullable Operand<TNumber>> gradients =
        new ArrayList<>(Collections.nCopies(node.inputs(), null));
    for (int i = 0; inReverse && i < outputs.size(); i++) {
      gradients.set(i, outputs.get(i));
    }
    return gradients;
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    return inputs.subList(0, node.outputs());
  }
}
