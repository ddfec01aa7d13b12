package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.family.TNumber;

/** Activation functions and the kernels of their gradients. */
final class ActivationRules {
  private static final double SELU_SCALE = 1.0507009873554805;
  private static final double SELU_SCALE_ALPHA = 1.7580993408473768;

  private ActivationRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    // The output has the input's sign and is kept in memory anyway, as the next layer's input.
    registerRectifier(rules, "Relu", node -> node.output(0));
    registerRectifier(rules, "Relu6", node -> node.output(0));
    registerRectifier(rules, "LeakyRelu", node -> node.input(0));
    rules.put("Elu", exponentialBelowZero(1, 1));
    rules.put("Selu", exponentialBelowZero(SELU_SCALE, SELU_SCALE_ALPHA));
    rules.put(
        "Sigmoid",
        UnaryRule.ofSlope(
            (math, node) -> math.mul(node.output(0), math.sub(node.scalar(1), node.output(0)))));
    rules.put(
        "Tanh",
        UnaryRule.ofSlope((math, node) -> math.sub(node.scalar(1), math.square(node.output(0)))));
    rules.put("Softplus", UnaryRule.ofSlope((math, node) -> math.sigmoid(node.input(0))));
    // With y = x / (1 + |x|) the slope 1 / (1 + |x|)² is (1 − |y|)².
    rules.put(
        "Softsign",
        UnaryRule.ofSlope(
            (math, node) -> math.square(math.sub(node.scalar(1), math.abs(node.output(0))))));
    rules.put("Softmax", new UnaryRule((node, d) -> softmaxJacobian(node.tf(), node.output(0), d)));
    rules.put("LogSoftmax", new LogSoftmax());
  }

  /**
   * A rectifier's slope is piecewise constant, so its gradient kernel is linear in the gradient.
   *
   * @param features what that kernel tells the pieces by
   */
  private static void registerRectifier(
      Map<String, DerivativeRule> rules, String type, Function<Node, Operand<TNumber>> features) {
    rules.put(
        type,
        new UnaryRule((node, d) -> node.apply(type + "Grad", List.of(d, features.apply(node)))));
    rules.put(
        type + "Grad",
        new MultilinearRule((node, g) -> List.of(node.reapply(List.of(g, node.input(1)))), 0));
  }

  /** The rule of y = s·x above zero and a·(eˣ − 1) below. */
  private static UnaryRule exponentialBelowZero(double s, double a) {
    return UnaryRule.ofSlope(
        (math, node) -> {
          Operand<TNumber> y = node.output(0);
          return node.tf()
              .select(math.less(y, node.scalar(0)), math.add(y, node.scalar(a)), node.scalar(s));
        });
  }

  /** s ⊙ (d − Σ s ⊙ d), with sums over the last dimension. */
  static Operand<TNumber> softmaxJacobian(Ops tf, Operand<TNumber> s, Operand<TNumber> d) {
    return tf.math.mul(s, tf.math.sub(d, rowSums(tf, tf.math.mul(s, d))));
  }

  /** Sums over the last dimension, which stays with size 1. */
  static Operand<TNumber> rowSums(Ops tf, Operand<TNumber> x) {
    return tf.sum(x, tf.constant(-1), Sum.keepDims(true));
  }

  /** y = x − log Σ eˣ over the last dimension, with the Jacobian I − 1·softmax(x)ᵀ. */
  private static final class LogSoftmax implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      if (g == null) {
        return Arrays.asList((Operand<TNumber>) null);
      }
      MathOps math = node.math();
      Operand<TNumber> softmax = math.exp(node.output(0));
      return List.of(math.sub(g, math.mul(softmax, rowSums(node.tf(), g))));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(0);
      if (d == null) {
        return Collections.singletonList(null);
      }
      MathOps math = node.math();
      Operand<TNumber> softmax = math.exp(node.output(0));
      return List.of(math.sub(d, rowSums(node.tf(), math.mul(softmax, d))));
    }
  }
}
