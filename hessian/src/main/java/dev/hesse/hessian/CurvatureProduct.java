package dev.hesse.hessian;

import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.hessian.autodiff.Tangent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Writes a curvature matrix times a direction into the graph of a loss, as often as asked. */
sealed interface CurvatureProduct {

  /**
   * Writes one product.
   *
   * @param direction one tensor per parameter, in its shape
   * @param value where the loss's and the gradient's own values are read, as in {@link
   *     Tangent#along}
   * @return one tensor per parameter in its shape, or null where it is zero
   */
  List<@Nullable Operand<TNumber>> write(
      Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value);

  /** The gradient's derivative along the direction. */
  static CurvatureProduct hessian(
      Graph graph, List<Output<TNumber>> parameters, List<@Nullable Operand<TNumber>> gradients) {
    return new Hessian(new Tangent(graph, parameters, gradients));
  }

  /** Jᵀ·B·J along the direction, with J the Jacobian of the outputs and B a matrix over them. */
  static CurvatureProduct throughOutputs(
      Graph graph, List<Output<TNumber>> parameters, Output<TNumber> outputs, OutputMatrix inner) {
    Tangent jacobian = new Tangent(graph, parameters, new ArrayList<>(List.of(outputs)));
    return new ThroughOutputs(graph, parameters, outputs, jacobian, inner);
  }

  /** See {@link #hessian}. */
  record Hessian(Tangent tangent) implements CurvatureProduct {
    @Override
    public List<@Nullable Operand<TNumber>> write(
        Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value) {
      return tangent.along(tf, direction, value);
    }
  }

  /**
   * See {@link #throughOutputs}.
   *
   * @param jacobian the outputs' derivative
   */
  record ThroughOutputs(
      Graph graph,
      List<Output<TNumber>> parameters,
      Output<TNumber> outputs,
      Tangent jacobian,
      OutputMatrix inner)
      implements CurvatureProduct {
    @Override
    public List<@Nullable Operand<TNumber>> write(
        Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value) {
      Operand<TNumber> moved =
          Objects.requireNonNull(
              jacobian.along(tf, direction, value).get(0), "the outputs depend on no parameter");
      Operand<TNumber> back = inner.times(tf, moved, value);
      return Gradient.of(tf, graph, outputs, back, parameters, value);
    }
  }
}
