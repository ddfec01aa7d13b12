package dev.hesse.hessian.autodiff;

import java.util.Map;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.types.family.TNumber;

/** Element-wise functions of one input. */
final class ElementwiseRules {
  private static final double TWO_BY_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private ElementwiseRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Neg", new UnaryRule((node, d) -> node.math().neg(d)));
    rules.put("Square", UnaryRule.ofSlope((math, node) -> math.mul(node.input(0), node.scalar(2))));
    registerPowers(rules);
    registerExponentials(rules);
    registerTrigonometry(rules);
  }

  private static void registerPowers(Map<String, DerivativeRule> rules) {
    rules.put(
        "Sqrt",
        new UnaryRule(
            (node, d) -> node.math().div(node.math().mul(d, node.scalar(0.5)), node.output(0))));
    rules.put(
        "Rsqrt",
        UnaryRule.ofSlope(
            (math, node) -> {
              Operand<TNumber> y = node.output(0);
              return math.mul(math.mul(y, math.square(y)), node.scalar(-0.5));
            }));
    rules.put(
        "Reciprocal", UnaryRule.ofSlope((math, node) -> math.neg(math.square(node.output(0)))));
    rules.put("Inv", rules.get("Reciprocal"));
    rules.put("Abs", UnaryRule.ofSlope((math, node) -> math.sign(node.input(0))));
  }

  private static void registerExponentials(Map<String, DerivativeRule> rules) {
    rules.put("Exp", UnaryRule.ofSlope((math, node) -> node.output(0)));
    rules.put("Expm1", UnaryRule.ofSlope((math, node) -> math.add(node.output(0), node.scalar(1))));
    rules.put("Log", new UnaryRule((node, d) -> node.math().div(d, node.input(0))));
    rules.put(
        "Log1p",
        new UnaryRule(
            (node, d) -> node.math().div(d, node.math().add(node.input(0), node.scalar(1)))));
    rules.put("Sinh", UnaryRule.ofSlope((math, node) -> math.cosh(node.input(0))));
    rules.put("Cosh", UnaryRule.ofSlope((math, node) -> math.sinh(node.input(0))));
    rules.put("Erf", gaussian(TWO_BY_SQRT_PI));
    rules.put("Erfc", gaussian(-TWO_BY_SQRT_PI));
  }

  /** The slope c·exp(−x²). */
  private static UnaryRule gaussian(double factor) {
    return UnaryRule.ofSlope(
        (math, node) ->
            math.mul(math.exp(math.neg(math.square(node.input(0)))), node.scalar(factor)));
  }

  private static void registerTrigonometry(Map<String, DerivativeRule> rules) {
    rules.put("Sin", UnaryRule.ofSlope((math, node) -> math.cos(node.input(0))));
    rules.put("Cos", UnaryRule.ofSlope((math, node) -> math.neg(math.sin(node.input(0)))));
    rules.put(
        "Tan",
        UnaryRule.ofSlope((math, node) -> math.add(math.square(node.output(0)), node.scalar(1))));
    rules.put("Asin", inverse((math, node) -> math.sqrt(oneMinusSquare(math, node))));
    rules.put("Acos", inverse((math, node) -> math.neg(math.sqrt(oneMinusSquare(math, node)))));
    rules.put("Atan", inverse(ElementwiseRules::squarePlusOne));
    rules.put("Asinh", inverse((math, node) -> math.sqrt(squarePlusOne(math, node))));
    rules.put("Acosh", inverse((math, node) -> math.sinh(node.output(0))));
    rules.put("Atanh", inverse(ElementwiseRules::oneMinusSquare));
  }

  /** The rule of the inverse of a function, by that function's slope. */
  private static UnaryRule inverse(BiFunction<MathOps, Node, Operand<TNumber>> slope) {
    return new UnaryRule((node, d) -> node.math().div(d, slope.apply(node.math(), node)));
  }

  private static Operand<TNumber> squarePlusOne(MathOps math, Node node) {
    return math.add(math.square(node.input(0)), node.scalar(1));
  }

  private static Operand<TNumber> oneMinusSquare(MathOps math, Node node) {
    return math.sub(node.scalar(1), math.square(node.input(0)));
  }
}
