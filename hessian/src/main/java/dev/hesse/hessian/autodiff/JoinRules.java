package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.family.TNumber;

/** Joining tensors along a constant axis and taking them apart. */
final class JoinRules {
  private JoinRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("Concat", new LinearRule((node, g) -> parts(node, g.get(0), 0, 1)));
    rules.put("ConcatV2", new LinearRule((node, g) -> parts(node, g.get(0), node.inputs() - 1, 0)));
    rules.put("Split", new LinearRule((node, g) -> List.of(whole(node, g, 0))));
    rules.put("SplitV", new LinearRule((node, g) -> List.of(whole(node, g, 2))));
    rules.put(
        "Pack",
        new LinearRule(
            (node, g) ->
                node
                    .tf()
                    .unstack(
                        g.get(0), (long) node.inputs(), Unstack.axis((long) node.integer("axis")))
                    .output()
                    .stream()
                    .<Operand<TNumber>>map(part -> part)
                    .toList()));
    rules.put(
        "Unpack",
        new LinearRule(
            (node, g) -> List.of(node.tf().stack(g, Stack.axis((long) node.integer("axis"))))));
  }

  private static Operand<TNumber> whole(Node node, List<Operand<TNumber>> parts, int axisInput) {
    return parts.size() == 1
        ? parts.get(0)
        : node.tf().concat(parts, node.tf().constant((int) node.constant(axisInput)[0]));
  }

  /** What each joined input takes up in g. */
  private static List<Operand<TNumber>> parts(
      Node node, Operand<TNumber> g, int axisInput, int first) {
    Ops tf = node.tf();
    int rank = node.outputShape(0).numDimensions();
    int axis = Math.floorMod((int) node.constant(axisInput)[0], rank);
    List<Operand<TNumber>> parts = new ArrayList<>();
    long[] begin = new long[rank];
    for (int i = first; i < first + node.inputs() - 1; i++) {
      long[] size = node.inputShape(i).asArray();
      parts.add(tf.slice(g, tf.constant(begin), tf.constant(size)));
      begin[axis] += size[axis];
    }
    return parts;
  }
}
