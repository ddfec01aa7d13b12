package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** Pooling. What a maximum selects is fixed: derivatives do not see the selection change. */
final class PoolingRules {
  private PoolingRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    registerMean(rules, "AvgPool", "AvgPoolGrad");
    registerMean(rules, "AvgPool3D", "AvgPool3DGrad");
    MaxPoolKernels planes = new MaxPoolKernels("MaxPoolGrad", "MaxPoolGradGrad");
    rules.put("MaxPool", new MaxPool(planes));
    rules.put("MaxPoolV2", new MaxPool(planes));
    registerSelections(rules, planes);
    MaxPoolKernels volumes = new MaxPoolKernels("MaxPool3DGrad", "MaxPool3DGradGrad");
    rules.put("MaxPool3D", new MaxPool(volumes));
    registerSelections(rules, volumes);
  }

  private static void registerMean(
      Map<String, DerivativeRule> rules, String type, String gradient) {
    rules.put(
        type,
        LinearRule.of(
            (node, g) -> {
              int[] sizes =
                  Arrays.stream(node.inputShape(0).asArray()).mapToInt(Math::toIntExact).toArray();
              return node.apply(gradient, List.of(node.tf().constant(sizes), g));
            }));
    rules.put(gradient, LinearRule.of((node, g) -> node.apply(type, List.of(g))));
  }

  private static void registerSelections(
      Map<String, DerivativeRule> rules, MaxPoolKernels kernels) {
    rules.put(kernels.toInput(), new Selection(kernels::spread, kernels::select));
    rules.put(kernels.toOutput(), new Selection(kernels::select, kernels::spread));
  }

  /** The largest of each window. */
  private record MaxPool(MaxPoolKernels kernels) implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      List<@Nullable Operand<TNumber>> gradients =
          new ArrayList<>(Collections.nCopies(node.inputs(), null));
      Operand<TNumber> g = outputs.get(0);
      if (g != null) {
        gradients.set(0, kernels.spread(node, node.input(0), node.output(0), g));
      }
      return gradients;
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(0);
      return Collections.singletonList(
          d == null ? null : kernels.select(node, node.input(0), node.output(0), d));
    }
  }

  private interface Kernel {
    Operand<TNumber> write(
        Node node, Operand<TNumber> input, Operand<TNumber> output, Operand<TNumber> moved);
  }

  /** One of the kernels as an operation of the graph, linear in what it moves. */
  private record Selection(Kernel itself, Kernel transpose) implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      return Arrays.asList(null, null, g == null ? null : write(transpose, node, g));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> d = inputs.get(2);
      return Collections.singletonList(d == null ? null : write(itself, node, d));
    }

    private static Operand<TNumber> write(Kernel kernel, Node node, Operand<TNumber> moved) {
      return kernel.write(node, node.input(0), node.input(1), moved);
    }
  }
}
