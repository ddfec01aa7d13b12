package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of an operation that is linear in each of some inputs: its tangent is the operation
 * itself applied once per input with a tangent in that input's place, and the sum of these.
 */
final class MultilinearRule implements DerivativeRule {

  /** The reverse direction of a {@link MultilinearRule}. */
  @FunctionalInterface
  interface Transpose {
    /**
     * Writes the gradients.
     *
     * @param output gradient with respect to the only output
     * @return one entry per linear input, in their order
     */
    List<Operand<TNumber>> apply(Node node, Operand<TNumber> output);
  }

  private final Transpose transpose;
  private final int[] linearInputs;

  /**
   * @param transpose the gradient with respect to the linear inputs
   * @param linearInputs which inputs the operation is linear in
   */
  MultilinearRule(Transpose transpose, int... linearInputs) {
    this.transpose = transpose;
    this.linearInputs = linearInputs;
  }

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    List<@Nullable Operand<TNumber>> gradients =
        new ArrayList<>(Collections.nCopies(node.inputs(), null));
    Operand<TNumber> output = outputs.get(0);
    if (output != null) {
      List<Operand<TNumber>> parts = transpose.apply(node, output);
      for (int i = 0; i < linearInputs.length; i++) {
        gradients.set(linearInputs[i], parts.get(i));
      }
    }
    return gradients;
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<TNumber>> terms = new ArrayList<>();
    for (int linear : linearInputs) {
      Operand<TNumber> tangent = inputs.get(linear);
      if (tangent != null) {
        List<Operand<?>> substituted = new ArrayList<>();
        for (int i = 0; i < node.inputs(); i++) {
          substituted.add(i == linear ? tangent : node.input(i));
        }
        terms.add(node.reapply(substituted));
      }
    }
    return Collections.singletonList(Sums.of(node.tf(), terms));
  }
}
