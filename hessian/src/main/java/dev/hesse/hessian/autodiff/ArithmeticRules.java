package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Element-wise arithmetic with broadcasting. */
final class ArithmeticRules {
  private ArithmeticRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Add", new Sum(1));
    rules.put("AddV2", new Sum(1));
    rules.put("Sub", new Sum(-1));
    rules.put("AddN", new AddN());
    rules.put(
        "Mul",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    Sums.toShape(
                        node.tf(), node.tf().math.mul(g, node.input(1)), node.inputShape(0)),
                    Sums.toShape(
                        node.tf(), node.tf().math.mul(g, node.input(0)), node.inputShape(1))),
            0,
            1));
    rules.put("Neg", new MultilinearRule((node, g) -> List.of(node.tf().math.neg(g)), 0));
    rules.put(
        "Square",
        new UnaryRule(
            (node, d) ->
                node.tf().math.mul(d, node.tf().math.mul(node.input(0), scalar(node, 2)))));
    rules.put(
        "Rsqrt",
        new UnaryRule(
            (node, d) -> {
              Ops tf = node.tf();
              Operand<TNumber> y = node.output(0);
              Operand<TNumber> cube = tf.math.mul(y, tf.math.square(y));
              return tf.math.mul(d, tf.math.mul(cube, scalar(node, -0.5)));
            }));
  }

  /** A scalar of the node's own number type. */
  static Operand<TNumber> scalar(Node node, double value) {
    return Constants.scalar(node.tf(), node.numberType(), value);
  }

  /** y = a ± b. */
  private record Sum(int sign) implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      if (g == null) {
        return Arrays.asList(null, null);
      }
      Ops tf = node.tf();
      Operand<TNumber> second = Sums.toShape(tf, g, node.inputShape(1));
      return List.of(
          Sums.toShape(tf, g, node.inputShape(0)), sign > 0 ? second : tf.math.neg(second));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> a = inputs.get(0);
      Operand<TNumber> b = inputs.get(1);
      Ops tf = node.tf();
      if (a != null && b != null) {
        return Collections.singletonList(sign > 0 ? tf.math.add(a, b) : tf.math.sub(a, b));
      }
      Operand<TNumber> only = a != null ? a : sign > 0 || b == null ? b : tf.math.neg(b);
      return Collections.singletonList(
          only == null ? null : Sums.broadcast(tf, only, node.outputShape(0)));
    }
  }

  /** y = x₁ + … + xₘ, all of one shape. */
  private static final class AddN implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      return Collections.nCopies(node.inputs(), outputs.get(0));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      List<Operand<TNumber>> terms = new ArrayList<>();
      for (Operand<TNumber> input : inputs) {
        if (input != null) {
          terms.add(input);
        }
      }
      return Collections.singletonList(Sums.of(node.tf(), terms));
    }
  }
}
