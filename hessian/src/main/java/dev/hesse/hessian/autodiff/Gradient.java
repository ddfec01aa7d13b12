package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Reverse-mode differentiation: adds the gradient of a scalar to its graph. */
public final class Gradient {
  private Gradient() {}

  /**
   * Writes ∂loss/∂parameter for each parameter.
   *
   * <p>Cost of running it: about two evaluations of the loss, on top of the one it needs.
   *
   * @param loss a scalar
   * @return one tensor per parameter in its shape, or null where the loss does not depend on it
   * @throws UnsupportedGraphException if an operation between a parameter and the loss has no rule
   */
  public static List<@Nullable Operand<TNumber>> of(
      Graph graph, Output<TNumber> loss, List<Output<TNumber>> parameters) {
    Ops tf = Ops.create(graph).withSubScope("gradient");
    GraphView view = new GraphView(graph);
    List<GraphOperation> path = view.between(parameters, List.of(loss));
    Map<Output<?>, List<Operand<TNumber>>> contributions = new HashMap<>();
    Operand<TNumber> one = Constants.scalar(tf, loss.type(), 1);
    contributions.put(loss, List.of(one));
    for (int i = path.size() - 1; i >= 0; i--) {
      GraphOperation operation = path.get(i);
      Node node = view.node(tf, operation, UnaryOperator.identity());
      List<@Nullable Operand<TNumber>> outputs = new ArrayList<>();
      for (int k = 0; k < operation.numOutputs(); k++) {
        outputs.add(sum(tf, contributions.get(operation.output(k))));
      }
      List<@Nullable Operand<TNumber>> inputs = DerivativeRules.of(node).gradient(node, outputs);
      for (int k = 0; k < inputs.size(); k++) {
        Operand<TNumber> gradient = inputs.get(k);
        if (gradient != null) {
          contributions
              .computeIfAbsent(operation.input(k), output -> new ArrayList<>())
              .add(gradient);
        }
      }
    }
    List<@Nullable Operand<TNumber>> gradients = new ArrayList<>();
    for (Output<TNumber> parameter : parameters) {
      gradients.add(sum(tf, contributions.get(parameter)));
    }
    return gradients;
  }

  private static @Nullable Operand<TNumber> sum(Ops tf, @Nullable List<Operand<TNumber>> terms) {
    return terms == null ? null : Sums.of(tf, terms);
  }
}
