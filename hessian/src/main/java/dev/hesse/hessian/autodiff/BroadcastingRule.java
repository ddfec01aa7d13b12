package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/** The rule of an element-wise function of several inputs that are broadcast to one shape. */
final class BroadcastingRule implements DerivativeRule {

  /** The derivative with respect to one input. */
  @FunctionalInterface
  interface Partial {
    /** Writes ∂y/∂xᵢ ⊙ d, for d in the shape of the output or of the input. */
    Operand<TNumber> times(MathOps math, Node node, Operand<TNumber> d);
  }

  private final List<Partial> partials;

  /**
   * @param partials one per input
   */
  BroadcastingRule(Partial... partials) {
    this.partials = List.of(partials);
  }

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    List<@Nullable Operand<TNumber>> gradients =
        new ArrayList<>(Collections.nCopies(node.inputs(), null));
    Operand<TNumber> g = outputs.get(0);
    for (int i = 0; g != null && i < partials.size(); i++) {
      Operand<TNumber> spread = partials.get(i).times(node.math(), node, g);
      gradients.set(i, Sums.toShape(node.tf(), spread, node.inputShape(i)));
    }
    return gradients;
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    for (int i = 0; i < partials.size(); i++) {
      Operand<TNumber> d = inputs.get(i);
      if (d != null) {
        Operand<TNumber> term = partials.get(i).times(node.math(), node, d);
        terms.add(Sums.broadcast(node.tf(), term, node.outputShape(0)));
      }
    }
    return Collections.singletonList(Sums.of(node.tf(), terms));
  }
}
