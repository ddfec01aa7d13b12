package dev.hesse.hessian.autodiff;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which types of operation have a {@link DerivativeRule}. */
public final class DerivativeRules {
  private static final Map<String, DerivativeRule> RULES = new TreeMap<>();
  private static final Map<String, SortedSet<String>> KINDS = new LinkedHashMap<>();

  static {
    kind("Sums", SumRules::register);
    kind("Products, quotients and powers", ArithmeticRules::register);
    kind("Functions of one number", ElementwiseRules::register);
    kind("Activations", ActivationRules::register);
    kind("Choices", SelectionRules::register);
    kind("Rounding and other steps", ConstantRule::register);
    kind("Matrix products", MatMulRules::register);
    kind("Convolutions", ConvolutionRules::register);
    kind("Pooling", PoolingRules::register);
    kind("Biases", BiasRules::register);
    kind("Batch norm", BatchNormRules::register);
    kind("Reductions", ReductionRules::register);
    kind("Running sums and products", ScanRules::register);
    kind("Shapes", ShapeRules::register);
    kind("Joins and splits", JoinRules::register);
    kind("Slices and margins", SliceRules::register);
    kind("Indexed slices", GatherRules::register);
    kind("Segments", SegmentRules::register);
    kind("Space to batch and channels", SpaceRules::register);
    kind("Diagonals", DiagonalRules::register);
    kind("Images", ImageRules::register);
    kind("Losses", LossRules::register);
  }

  private DerivativeRules() {}

  private static void kind(String name, Consumer<Map<String, DerivativeRule>> register) {
    Map<String, DerivativeRule> rules = new TreeMap<>();
    register.accept(rules);
    KINDS.put(name, Collections.unmodifiableSortedSet(new TreeSet<>(rules.keySet())));
    RULES.putAll(rules);
  }

  /** The names of all types of operation that can be differentiated, sorted. */
  public static SortedSet<String> supportedOperations() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(RULES.keySet()));
  }

  /** The same by kind. */
  static Map<String, SortedSet<String>> kinds() {
    return Collections.unmodifiableMap(KINDS);
  }

  static DerivativeRule of(Node node) {
    @Nullable DerivativeRule rule = RULES.get(node.type());
    if (rule == null) {
      throw new UnsupportedGraphException(
          "the loss depends on a parameter through %s, which has no derivative rule"
              .formatted(node),
          "Write it with operations that docs/operations.md lists");
    }
    return rule;
  }
}
