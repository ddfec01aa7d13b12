package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** The rule of a function that is constant between its jumps, such as rounding. */
final class ConstantRule implements DerivativeRule {
  static void register(Map<String, DerivativeRule> rules) {
    for (String type :
        List.of("Ceil", "Floor", "FloorDiv", "OnesLike", "Rint", "Round", "Sign", "ZerosLike")) {
      rules.put(type, new ConstantRule());
    }
  }

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    return Collections.nCopies(node.inputs(), null);
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    return Collections.nCopies(node.outputs(), null);
  }
}
