package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.types.family.TNumber;

/** Running sums and products along an axis. */
final class ScanRules {
  private ScanRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Cumsum", LinearRule.of((node, g) -> sumFromEnd(node, g)));
    rules.put("Cumprod", new Cumprod());
  }

  private static Operand<TNumber> sumFromEnd(Node node, Operand<TNumber> g) {
    AttrValue reverse = AttrValue.newBuilder().setB(!node.flag("reverse")).build();
    return node.apply("Cumsum", List.of(g, node.input(1)), Map.of("reverse", reverse));
  }

  /** ẏ = y ⊙ cumsum(ẋ / x), for x without zeros. */
  private static final class Cumprod implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      if (g == null) {
        return Arrays.asList(null, null);
      }
      Operand<TNumber> sums = sumFromEnd(node, node.math().mul(g, node.output(0)));
      return Arrays.asList(node.math().div(sums, node.input(0)), null);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(0);
      if (d == null) {
        return Collections.singletonList(null);
      }
      Operand<TNumber> relative = node.math().div(d, node.input(0));
      Operand<TNumber> sums = node.apply("Cumsum", List.of(relative, node.input(1)));
      return List.of(node.math().mul(node.output(0), sums));
    }
  }
}
