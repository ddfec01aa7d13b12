package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** Taking and adding up slices at given indices; the indices are constant. */
final class GatherRules {
  private GatherRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    for (String type : List.of("Gather", "GatherV2")) {
      rules.put(
          type,
          LinearRule.of(
              (node, g) ->
                  gathering(node).scatter(node.tf(), g, node.input(1), node.inputShape(0))));
    }
    rules.put("TopKV2", new TopK());
    rules.put(
        "GatherNd",
        LinearRule.of(
            (node, g) ->
                node.apply(
                    "ScatterNd",
                    List.of(
                        node.input(1), g, node.constantLike(1, node.inputShape(0).asArray())))));
    rules.put("ScatterNd", LinearRule.of((node, g) -> node.tf().gatherNd(g, node.input(0))));
    rules.put(
        "TensorScatterAdd",
        new LinearRule((node, g) -> List.of(g.get(0), updates(node, g.get(0)))));
    rules.put(
        "TensorScatterSub",
        new LinearRule((node, g) -> List.of(g.get(0), node.math().neg(updates(node, g.get(0))))));
    rules.put(
        "TensorScatterUpdate",
        new LinearRule(
            (node, g) ->
                List.of(
                    node.reapply(List.of(g.get(0), node.input(1), node.zerosLikeInput(2))),
                    updates(node, g.get(0)))));
  }

  private static Gathering gathering(Node node) {
    int axis =
        node.inputs() == 3
            ? Math.floorMod((int) node.constant(2)[0], node.inputShape(0).numDimensions())
            : 0;
    int batchDimensions = node.integer("batch_dims");
    return new Gathering(
        axis,
        batchDimensions < 0
            ? batchDimensions + node.inputShape(1).numDimensions()
            : batchDimensions);
  }

  private static Operand<TNumber> updates(Node node, Operand<TNumber> g) {
    return node.tf().gatherNd(g, node.input(1));
  }

  /** The largest elements along the last dimension, which were selected by their values. */
  private static final class TopK implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      Operand<TNumber> gradient =
          g == null
              ? null
              : lastDimension(node).scatter(node.tf(), g, node.output(1), node.inputShape(0));
      return Arrays.asList(gradient, null);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(0);
      return Arrays.asList(
          d == null ? null : lastDimension(node).gather(node.tf(), d, node.output(1)), null);
    }

    private static Gathering lastDimension(Node node) {
      int last = node.inputShape(0).numDimensions() - 1;
      return new Gathering(last, last);
    }
  }
}
