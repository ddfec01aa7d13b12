package dev.hesse.hessian;

import dev.hesse.hessian.autodiff.Gradient;
import dev.hesse.hessian.autodiff.Tangent;
import dev.hesse.models.Constants;
import dev.hesse.models.Loss;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.family.TNumber;

/**
 * A symmetric matrix B over the outputs z of a batch of N examples, which does not couple examples:
 * what stands between the Jacobians of a curvature JᵀBJ.
 */
interface OutputMatrix {

  /**
   * Writes B·x.
   *
   * @param x in the outputs' shape, as is the result
   * @param value where the network's and the loss's own values are read, as in {@link
   *     Tangent#along}
   */
  Operand<TNumber> times(Ops tf, Operand<TNumber> x, UnaryOperator<Output<TNumber>> value);

  /** The loss's own Hessian, ∂²L/∂z². */
  static OutputMatrix hessian(Graph graph, Output<TNumber> outputs, Output<TNumber> loss) {
    List<@Nullable Operand<TNumber>> slope = Gradient.of(graph, loss, List.of(outputs));
    Tangent derivative = new Tangent(graph, List.of(outputs), slope);
    return (tf, x, value) ->
        Objects.requireNonNull(
            derivative.along(tf, List.of(x), value).get(0), "the loss is linear in the outputs");
  }

  /**
   * (1/N)·Σᵢ rᵢrᵢᵀ with rᵢ = ∂ℓᵢ/∂z the slope of example i's own loss, as it is in L = (1/N)·Σᵢ ℓᵢ.
   *
   * @param outputs N × …
   */
  static OutputMatrix ofExamples(Graph graph, Output<TNumber> outputs, Output<TNumber> loss) {
    Operand<TNumber> slope =
        Objects.requireNonNull(
            Gradient.of(graph, loss, List.of(outputs)).get(0), "the loss depends on the outputs");
    int[] within = IntStream.range(1, outputs.shape().numDimensions()).toArray();
    double examples = outputs.shape().get(0);
    return (tf, x, value) -> {
      Operand<TNumber> rho = value.apply(slope.asOutput());
      Operand<TNumber> along = tf.sum(tf.math.mul(rho, x), tf.constant(within), Sum.keepDims(true));
      // ρ = r/N
      return tf.math.mul(tf.math.mul(rho, along), Constants.scalar(tf, outputs.type(), examples));
    };
  }

  /**
   * (1/MS)·Σᵤₛ rᵤₛrᵤₛᵀ over the M terms of the loss and S samples of each.
   *
   * @param kind says which outputs a term has
   * @param slopes as {@link DrawnSlopes} gives them, N × S × …
   */
  static OutputMatrix ofSamples(Output<TNumber> outputs, Loss kind, Output<TNumber> slopes) {
    double count = DrawnSlopes.terms(kind, outputs.shape()) * slopes.shape().get(1);
    return (tf, x, value) -> {
      Operand<TNumber> r = value.apply(slopes);
      Operand<TNumber> along = tf.math.mul(r, tf.expandDims(x, tf.constant(1)));
      if (kind == Loss.SOFTMAX_CROSS_ENTROPY) {
        along = tf.sum(along, tf.constant(-1), Sum.keepDims(true));
      }
      return tf.math.mul(
          tf.sum(tf.math.mul(r, along), tf.constant(1)),
          Constants.scalar(tf, outputs.type(), 1 / count));
    };
  }
}
