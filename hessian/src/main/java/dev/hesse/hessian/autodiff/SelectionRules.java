package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TNumber;

/** Element-wise choices between inputs. The choice is fixed: derivatives do not see it change. */
final class SelectionRules {
  private SelectionRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Select", new LinearRule(SelectionRules::selectGradient));
    rules.put("SelectV2", new LinearRule(SelectionRules::selectGradient));
    rules.put("Maximum", chooses((math, node) -> math.greaterEqual(node.input(0), node.input(1))));
    rules.put("Minimum", chooses((math, node) -> math.lessEqual(node.input(0), node.input(1))));
    rules.put(
        "ClipByValue",
        new BroadcastingRule(
            (math, node, d) ->
                zeroWhere(math.logicalOr(below(math, node), above(math, node)), node, d),
            (math, node, d) -> zeroWhere(math.logicalNot(below(math, node)), node, d),
            (math, node, d) -> zeroWhere(math.logicalNot(above(math, node)), node, d)));
  }

  private static List<Operand<TNumber>> selectGradient(Node node, List<Operand<TNumber>> outputs) {
    Operand<TNumber> g = outputs.get(0);
    Operand<TNumber> zeros = node.zerosLikeOutput(0);
    Operand<?> condition = node.input(0);
    return List.of(
        Sums.toShape(node.tf(), node.reapply(List.of(condition, g, zeros)), node.inputShape(1)),
        Sums.toShape(node.tf(), node.reapply(List.of(condition, zeros, g)), node.inputShape(2)));
  }

  private interface Condition {
    Operand<TBool> write(MathOps math, Node node);
  }

  /** The rule of a function that returns its first input where the condition holds. */
  private static BroadcastingRule chooses(Condition first) {
    return new BroadcastingRule(
        (math, node, d) -> zeroWhere(math.logicalNot(first.write(math, node)), node, d),
        (math, node, d) -> zeroWhere(first.write(math, node), node, d));
  }

  private static Operand<TNumber> zeroWhere(
      Operand<TBool> condition, Node node, Operand<TNumber> d) {
    return node.tf().select(condition, node.scalar(0), d);
  }

  private static Operand<TBool> below(MathOps math, Node node) {
    return math.less(node.input(0), node.input(1));
  }

  private static Operand<TBool> above(MathOps math, Node node) {
    return math.greater(node.input(0), node.input(2));
  }
}
