package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;

/** Moving elements between spatial dimensions and batch or channels: each undoes another. */
final class SpaceRules {
  private SpaceRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    registerPair(rules, "SpaceToDepth", "DepthToSpace");
    registerPair(rules, "SpaceToBatch", "BatchToSpace");
    registerPair(rules, "SpaceToBatchND", "BatchToSpaceND");
  }

  private static void registerPair(Map<String, DerivativeRule> rules, String one, String other) {
    rules.put(one, transposedBy(other));
    rules.put(other, transposedBy(one));
  }

  private static LinearRule transposedBy(String type) {
    return LinearRule.of(
        (node, g) -> {
          List<Operand<?>> inputs = new ArrayList<>(List.of(g));
          for (int i = 1; i < node.inputs(); i++) {
            inputs.add(node.input(i));
          }
          return node.apply(type, inputs);
        });
  }
}
