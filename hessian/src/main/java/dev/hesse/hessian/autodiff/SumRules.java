package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Sums of two tensors, with broadcasting, and of many. */
final class SumRules {
  private SumRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Add", new Sum(1));
    rules.put("AddV2", new Sum(1));
    rules.put("Sub", new Sum(-1));
    rules.put("AddN", new AddN());
    rules.put("AccumulateNV2", new AddN());
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
