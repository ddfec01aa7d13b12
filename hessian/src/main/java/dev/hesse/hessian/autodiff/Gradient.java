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
    Operand<TNumber> one = Constants.scalar(tf, loss.type(), 1);
    return of(tf, graph, loss, one, parameters, UnaryOperator.identity());
  }

  /**
   * Writes Jᵀu for each parameter, with J the Jacobian of {@code target} with respect to it.
   *
   * @param tf writes into the graph
   * @param u in the shape of {@code target}
   * @param value where an operation's own inputs and outputs are read, as in {@link Tangent#along}
   * @return one tensor per parameter in its shape, or null where the target does not depend on it
   * @throws UnsupportedGraphException if an operation in between has no rule
   */
  public static List<@Nullable Operand<TNumber>> of(
      Ops tf,
      Graph graph,
      Output<TNumber> target,
      Operand<TNumber> u,
      List<Output<TNumber>> parameters,
      UnaryOperator<Output<TNumber>> value) {
    GraphView view = new GraphView(graph);
    List<GraphOperation> path = view.between(parameters, List.of(target));
    Map<Output<?>, List<Operand<TNumber>>> contributions = new HashMap<>();
    contributions.put(target, List.of(u));
    for (int i = path.size() - 1; i >= 0; i--) {
      GraphOperation operation = path.get(i);
      List<@Nullable Operand<TNumber>> outputs = new ArrayList<>();
      for (int k = 0; k < operation.numOutputs(); k++) {
        outputs.add(sum(tf, contributions.get(operation.output(k))));
      }
      if (outputs.stream().allMatch(output -> output == null)) {
        continue; // the target depends on it through a constant only
      }
      Node node = view.node(tf, operation, value);
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
