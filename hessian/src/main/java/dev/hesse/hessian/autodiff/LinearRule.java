package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of an operation y = A·(x₁, …, xₘ) that is linear in all its floating-point inputs
 * together: its tangent is the operation itself applied to the tangents, with zeros for those that
 * are missing.
 */
final class LinearRule implements DerivativeRule {

  /** The reverse direction, Aᵀ. */
  @FunctionalInterface
  interface Transpose {
    /**
     * Writes the gradients.
     *
     * @param outputs gradient with respect to each floating-point output
     * @return one entry per floating-point input, in their order
     */
    List<Operand<TNumber>> apply(Node node, List<Operand<TNumber>> outputs);
  }

  private final Transpose transpose;

  LinearRule(Transpose transpose) {
    this.transpose = transpose;
  }

  /** The rule of an operation of one floating-point input and output. */
  static LinearRule of(BiFunction<Node, Operand<TNumber>, Operand<TNumber>> transpose) {
    return new LinearRule((node, outputs) -> List.of(transpose.apply(node, outputs.get(0))));
  }

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    List<Operand<TNumber>> present = new ArrayList<>();
    for (int i = 0; i < node.outputs(); i++) {
      if (node.movesOutput(i)) {
        Operand<TNumber> output = outputs.get(i);
        present.add(output != null ? output : node.zerosLikeOutput(i));
      }
    }
    List<@Nullable Operand<TNumber>> gradients =
        new ArrayList<>(Collections.nCopies(node.inputs(), null));
    int next = 0;
    List<Operand<TNumber>> parts = transpose.apply(node, present);
    for (int i = 0; i < node.inputs(); i++) {
      if (node.movesInput(i)) {
        gradients.set(i, parts.get(next++));
      }
    }
    return gradients;
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    List<Operand<?>> substituted = new ArrayList<>();
    for (int i = 0; i < node.inputs(); i++) {
      Operand<TNumber> tangent = inputs.get(i);
      substituted.add(
          tangent != null ? tangent : node.movesInput(i) ? node.zerosLikeInput(i) : node.input(i));
    }
    return new ArrayList<>(node.reapplyAll(substituted));
  }
}
