package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of y = x·s^−β, with s = bias + α·W(x²) and W the sum over neighbouring channels. W is
 * written as the product with a band matrix, which is symmetric.
 */
final class LocalResponseNormalization implements DerivativeRule {
  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    Operand<TNumber> g = outputs.get(0);
    if (g == null) {
      return Collections.singletonList(null);
    }
    MathOps math = node.math();
    Operand<TNumber> x = node.input(0);
    Operand<TNumber> s = scale(node);
    Operand<TNumber> through = neighbours(node, math.mul(g, factor(node, s)));
    return List.of(math.sub(math.mul(g, power(node, s)), math.mul(x, through)));
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    Operand<TNumber> d = inputs.get(0);
    if (d == null) {
      return Collections.singletonList(null);
    }
    MathOps math = node.math();
    Operand<TNumber> s = scale(node);
    Operand<TNumber> through = neighbours(node, math.mul(node.input(0), d));
    return List.of(math.sub(math.mul(d, power(node, s)), math.mul(factor(node, s), through)));
  }

  private static Operand<TNumber> scale(Node node) {
    MathOps math = node.math();
    return math.add(
        math.mul(neighbours(node, math.square(node.input(0))), number(node, "alpha")),
        number(node, "bias"));
  }

  /** s^−β. */
  private static Operand<TNumber> power(Node node, Operand<TNumber> s) {
    return node.math().pow(s, node.math().neg(number(node, "beta")));
  }

  /** 2αβ·x·s^−β / s. */
  private static Operand<TNumber> factor(Node node, Operand<TNumber> s) {
    MathOps math = node.math();
    Operand<TNumber> constant =
        math.mul(math.mul(number(node, "alpha"), number(node, "beta")), node.scalar(2));
    return math.mul(constant, math.div(math.mul(node.input(0), power(node, s)), s));
  }

  private static Operand<TNumber> number(Node node, String attribute) {
    return node.scalar(node.attribute(attribute).getF());
  }

  private static Operand<TNumber> neighbours(Node node, Operand<TNumber> x) {
    Ops tf = node.tf();
    long channels = node.inputShape(0).get(-1);
    Operand<TNumber> ones =
        tf.broadcastTo(node.scalar(1), tf.constant(new long[] {channels, channels}));
    int radius = node.integer("depth_radius");
    Operand<TNumber> band = tf.linalg.bandPart(ones, tf.constant(radius), tf.constant(radius));
    Operand<TNumber> rows = tf.reshape(x, tf.constant(new long[] {-1, channels}));
    return tf.reshape(tf.linalg.matMul(rows, band), tf.constant(node.inputShape(0).asArray()));
  }
}
