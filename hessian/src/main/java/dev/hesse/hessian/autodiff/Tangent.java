package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Collection;
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

/**
 * Forward-mode differentiation: adds the directional derivative of some tensors to their graph.
 * Over a gradient this is Pearlmutter's R-operator, and the result is a Hessian-vector product.
 */
public final class Tangent {
  private final GraphView view;
  private final List<Output<TNumber>> sources;
  private final List<@Nullable Operand<TNumber>> targets;
  private final List<GraphOperation> path;

  /**
   * Finds what lies between sources and targets in the graph as it is now.
   *
   * @param sources the tensors that move, such as parameters
   * @param targets the tensors whose derivative is wanted, such as gradients; null for a tensor
   *     that is constantly zero
   */
  public Tangent(
      Graph graph, List<Output<TNumber>> sources, List<@Nullable Operand<TNumber>> targets) {
    this.view = new GraphView(graph);
    this.sources = List.copyOf(sources);
    this.targets = new ArrayList<>(targets);
    Collection<Operand<TNumber>> present = new ArrayList<>();
    for (Operand<TNumber> target : targets) {
      if (target != null) {
        present.add(target);
      }
    }
    this.path = view.between(sources, present);
  }

  /**
   * Writes Σⱼ ∂target/∂sourceⱼ · directionⱼ for each target. May be called again for further
   * directions: each call writes operations of its own.
   *
   * <p>Cost of running it over a gradient: about six evaluations of the loss, on top of the values
   * that it reads through {@code value}.
   *
   * @param tf writes into the graph
   * @param directions one per source, in its shape
   * @param value where an operation's own inputs and outputs are read: the tensor itself, or a copy
   *     of it that stays valid when the tensor is not computed
   * @return one tensor per target in its shape, or null where the derivative is zero
   * @throws UnsupportedGraphException if an operation in between has no rule
   */
  public List<@Nullable Operand<TNumber>> along(
      Ops tf, List<Operand<TNumber>> directions, UnaryOperator<Output<TNumber>> value) {
    Map<Output<?>, Operand<TNumber>> tangents = new HashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      tangents.put(sources.get(i), directions.get(i));
    }
    for (GraphOperation operation : path) {
      List<@Nullable Operand<TNumber>> inputs = new ArrayList<>();
      for (Operand<?> input : operation.inputs()) {
        inputs.add(tangents.get(input.asOutput()));
      }
      if (inputs.stream().allMatch(input -> input == null)) {
        continue; // depends on a source through a constant derivative only
      }
      Node node = view.node(tf, operation, value);
      List<@Nullable Operand<TNumber>> outputs = DerivativeRules.of(node).tangent(node, inputs);
      for (int k = 0; k < outputs.size(); k++) {
        Operand<TNumber> tangent = outputs.get(k);
        if (tangent != null) {
          tangents.put(operation.output(k), tangent);
        }
      }
    }
    List<@Nullable Operand<TNumber>> results = new ArrayList<>();
    for (Operand<TNumber> target : targets) {
      results.add(target == null ? null : tangents.get(target.asOutput()));
    }
    return results;
  }
}
