package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which types of operation have a {@link DerivativeRule}. */
public final class DerivativeRules {
  private static final Map<String, DerivativeRule> RULES = new TreeMap<>();

  static {
    ArithmeticRules.register(RULES);
    ActivationRules.register(RULES);
    ConvolutionRules.register(RULES);
    BatchNormRules.register(RULES);
    ReductionRules.register(RULES);
    ShapeRules.register(RULES);
    LossRules.register(RULES);
  }

  private DerivativeRules() {}

  /** The names of all types of operation that can be differentiated, sorted. */
  public static SortedSet<String> supportedOperations() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(RULES.keySet()));
  }

  static DerivativeRule of(Node node) {
    @Nullable DerivativeRule rule = RULES.get(node.type());
    if (rule == null) {
      throw new UnsupportedGraphException(
          "the loss depends on a parameter through %s, which has no derivative rule"
              .formatted(node),
          "Operations with a rule: " + String.join(", ", RULES.keySet()));
    }
    return rule;
  }
}
