package dev.hesse.hessian;

import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.hessian.autodiff.Tangent;
import dev.hesse.models.Constants;
import dev.hesse.models.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
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

  /** Jᵀ·(∂²L/∂z²)·J along the direction, with J the Jacobian of the logits z. */
  static CurvatureProduct gaussNewton(
      Graph graph, List<Output<TNumber>> parameters, Output<TNumber> logits, Output<TNumber> loss) {
    List<Output<TNumber>> scores = List.of(logits);
    List<@Nullable Operand<TNumber>> slope = Gradient.of(graph, loss, scores);
    return new GaussNewton(
        graph,
        parameters,
        logits,
        new Tangent(graph, parameters, new ArrayList<>(scores)),
        new Tangent(graph, scores, slope));
  }

  /**
   * M·Jᵀ·ρ·(ρ·J direction) for each of the M terms of the loss, with the slope ρ = ∂L/∂z of its
   * outputs z: (1/M)·Σᵤ gᵤ·(gᵤ·direction) for the terms' gradients gᵤ.
   *
   * @param kind says which outputs a term has
   */
  static CurvatureProduct gradients(
      Graph graph,
      List<Output<TNumber>> parameters,
      Output<TNumber> logits,
      Output<TNumber> loss,
      Loss kind) {
    List<Output<TNumber>> scores = List.of(logits);
    Operand<TNumber> slope =
        Objects.requireNonNull(
            Gradient.of(graph, loss, scores).get(0), "the loss depends on the outputs");
    return new Gradients(
        graph,
        parameters,
        logits,
        new Tangent(graph, parameters, new ArrayList<>(scores)),
        slope,
        kind);
  }

  /** See {@link #gradients}. */
  record Gradients(
      Graph graph,
      List<Output<TNumber>> parameters,
      Output<TNumber> logits,
      Tangent jacobian,
      Operand<TNumber> slope,
      Loss kind)
      implements CurvatureProduct {
    @Override
    public List<@Nullable Operand<TNumber>> write(
        Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value) {
      Operand<TNumber> moved =
          Objects.requireNonNull(
              jacobian.along(tf, direction, value).get(0), "logits depend on no parameter");
      Operand<TNumber> rho = value.apply(slope.asOutput());
      Operand<TNumber> along = tf.math.mul(rho, moved);
      long[] shape = logits.shape().asArray();
      long terms = logits.shape().size();
      if (kind == Loss.SOFTMAX_CROSS_ENTROPY) {
        along = tf.sum(along, tf.constant(-1), Sum.keepDims(true));
        terms /= shape[shape.length - 1];
      }
      Operand<TNumber> scaled =
          tf.math.mul(tf.math.mul(rho, along), Constants.scalar(tf, logits.type(), (double) terms));
      return Gradient.of(tf, graph, logits, scaled, parameters, value);
    }
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
   * See {@link #gaussNewton}.
   *
   * @param jacobian the logits' derivative
   * @param curvature the derivative of the loss's gradient with respect to the logits
   */
  record GaussNewton(
      Graph graph,
      List<Output<TNumber>> parameters,
      Output<TNumber> logits,
      Tangent jacobian,
      Tangent curvature)
      implements CurvatureProduct {
    @Override
    public List<@Nullable Operand<TNumber>> write(
        Ops tf, List<Operand<TNumber>> direction, UnaryOperator<Output<TNumber>> value) {
      Operand<TNumber> moved =
          Objects.requireNonNull(
              jacobian.along(tf, direction, value).get(0), "logits depend on no parameter");
      Operand<TNumber> curved =
          Objects.requireNonNull(
              curvature.along(tf, List.of(moved), value).get(0),
              "the loss is linear in the logits");
      return Gradient.of(tf, graph, logits, curved, parameters, value);
    }
  }
}
