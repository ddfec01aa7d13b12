package dev.hesse.hessian.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The derivatives of one type of graph operation y = f(x₁, …, xₘ), in both directions. A null in a
 * list stands for a derivative that is zero everywhere, so that constants cost nothing.
 */
interface DerivativeRule {

  /**
   * The reverse direction: for each input, (∂y/∂xᵢ)ᵀ applied to the gradients of the outputs. Of
   * the operations that this writes, each that depends on a parameter needs a {@link #tangent} of
   * its own.
   *
   * @param outputs gradient of the loss with respect to each output, in the outputs' shapes; at
   *     least one is not null
   * @return one entry per input, in the inputs' shapes
   */
  List<@Nullable Operand<TNumber>> gradient(Node node, List<@Nullable Operand<TNumber>> outputs);

  /**
   * The forward direction: for each output, Σᵢ ∂y/∂xᵢ · ẋᵢ.
   *
   * @param inputs tangent ẋᵢ of each input, in the inputs' shapes; at least one is not null
   * @return one entry per output, in the outputs' shapes
   */
  List<@Nullable Operand<TNumber>> tangent(Node node, List<@Nullable Operand<TNumber>> inputs);
}
