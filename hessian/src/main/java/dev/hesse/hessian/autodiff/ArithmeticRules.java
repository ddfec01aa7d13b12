package dev.hesse.hessian.autodiff;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/** Element-wise functions of two numbers, with broadcasting. */
final class ArithmeticRules {
  private ArithmeticRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put(
        "Mul",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, node.input(1)),
            (math, node, d) -> math.mul(node.input(0), d)));
    // A factor of zero on the right wins over infinities, so that factors keep their sides.
    rules.put(
        "MulNoNan",
        new BroadcastingRule(
            (math, node, d) -> math.mulNoNan(d, node.input(1)),
            (math, node, d) -> math.mulNoNan(node.input(0), d)));
    registerQuotients(rules);
    rules.put("Pow", new BroadcastingRule(ArithmeticRules::powBase, ArithmeticRules::powExponent));
    rules.put(
        "SquaredDifference",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, doubled(math, node, 0, 1)),
            (math, node, d) -> math.mul(d, doubled(math, node, 1, 0))));
    registerEntropies(rules);
  }

  private static Operand<TNumber> doubled(MathOps math, Node node, int a, int b) {
    return math.mul(math.sub(node.input(a), node.input(b)), node.scalar(2));
  }

  private static void registerQuotients(Map<String, DerivativeRule> rules) {
    rules.put(
        "Div",
        new BroadcastingRule(
            (math, node, d) -> math.div(d, node.input(1)),
            (math, node, d) -> math.neg(math.mul(d, math.div(node.output(0), node.input(1))))));
    rules.put("RealDiv", rules.get("Div"));
    rules.put(
        "DivNoNan",
        new BroadcastingRule(
            (math, node, d) -> math.divNoNan(d, node.input(1)),
            (math, node, d) ->
                math.neg(math.mul(d, math.divNoNan(node.output(0), node.input(1))))));
    rules.put(
        "FloorMod",
        new BroadcastingRule(
            (math, node, d) -> d,
            (math, node, d) -> math.neg(math.mul(d, math.floorDiv(node.input(0), node.input(1))))));
    rules.put(
        "Atan2",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, math.div(node.input(1), squaredRadius(math, node))),
            (math, node, d) ->
                math.neg(math.mul(d, math.div(node.input(0), squaredRadius(math, node))))));
  }

  private static Operand<TNumber> squaredRadius(MathOps math, Node node) {
    return math.add(math.square(node.input(0)), math.square(node.input(1)));
  }

  /** b·aᵇ⁻¹ ⊙ d, which is zero for b = 0 also at a = 0. */
  private static Operand<TNumber> powBase(MathOps math, Node node, Operand<TNumber> d) {
    Operand<TNumber> b = node.input(1);
    Operand<TNumber> lower = math.pow(node.input(0), math.sub(b, node.scalar(1)));
    return math.mul(d, math.mulNoNan(lower, b));
  }

  /** aᵇ·log a ⊙ d, which is zero where a is not positive. */
  private static Operand<TNumber> powExponent(MathOps math, Node node, Operand<TNumber> d) {
    Operand<TNumber> a = node.input(0);
    Operand<TNumber> log =
        math.log(node.tf().select(math.greater(a, node.scalar(0)), a, node.scalar(1)));
    return math.mul(d, math.mul(node.output(0), log));
  }

  /** x·log y, x·log(1 + y) and x/y, all of them zero where x is. */
  private static void registerEntropies(Map<String, DerivativeRule> rules) {
    rules.put(
        "Xlogy",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, math.xlogy(support(math, node), node.input(1))),
            (math, node, d) -> math.mul(d, math.xdivy(node.input(0), node.input(1)))));
    rules.put(
        "Xlog1py",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, math.xlog1py(support(math, node), node.input(1))),
            (math, node, d) ->
                math.mul(d, math.xdivy(node.input(0), math.add(node.input(1), node.scalar(1))))));
    rules.put(
        "Xdivy",
        new BroadcastingRule(
            (math, node, d) -> math.mul(d, math.xdivy(support(math, node), node.input(1))),
            (math, node, d) ->
                math.neg(math.mul(d, math.xdivy(node.input(0), math.square(node.input(1)))))));
  }

  /** 1 where the first input is not zero, 0 elsewhere. */
  private static Operand<TNumber> support(MathOps math, Node node) {
    return math.square(math.sign(node.input(0)));
  }
}
