package dev.hesse.models.savedmodel;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Constants in the branches of TensorFlow 1. Nothing but a control input says which branch such a
 * constant is in: {@code ^PIVOT}, where the pivot passes on one output of a {@code Switch}. They
 * are written behind a {@code Switch} of their own, so that control inputs can fall away.
 */
final class BranchConstants {
  private final Map<String, NodeDef> nodes;
  private final Map<String, NodeDef> written;

  private BranchConstants(Map<String, NodeDef> nodes) {
    this.nodes = nodes;
    this.written = new HashMap<>(nodes);
  }

  /** Rewrites the nodes of a graph, or of a function. */
  static Map<String, NodeDef> rewrite(Map<String, NodeDef> nodes) {
    BranchConstants constants = new BranchConstants(nodes);
    nodes.values().stream()
        .filter(node -> node.getOp().equals("Const"))
        .forEach(constants::rewrite);
    return constants.written;
  }

  /** Whether a node of the name passes on an output of a switch. */
  static boolean isPivot(String name, Map<String, NodeDef> nodes) {
    return pivot(name, nodes).isPresent();
  }

  /** The switch's output that a node passes on, as an input says it. */
  private static Optional<String> pivot(String name, Map<String, NodeDef> nodes) {
    NodeDef node = nodes.get(name);
    return node != null && node.getOp().equals("Identity") && node.getInputCount() > 0
        ? Optional.of(node.getInput(0)).filter(input -> isSwitch(nodes.get(node(input))))
        : Optional.empty();
  }

  private static boolean isSwitch(@Nullable NodeDef node) {
    return node != null && node.getOp().equals("Switch") && node.getInputCount() > 1;
  }

  private static String node(String input) {
    int colon = input.indexOf(':');
    return colon < 0 ? input : input.substring(0, colon);
  }

  private void rewrite(NodeDef constant) {
    constant.getInputList().stream()
        .filter(input -> input.startsWith("^"))
        .flatMap(input -> pivot(input.substring(1), nodes).stream())
        .findFirst()
        .ifPresent(taken -> rewrite(constant, taken));
  }

  /**
   * Puts a switch behind a constant.
   *
   * @param taken output of another switch, which the constant belongs to: {@code SWITCH:INDEX} in a
   *     graph, {@code SWITCH:OUTPUT:INDEX} in a function
   */
  private void rewrite(NodeDef constant, String taken) {
    String name = constant.getName();
    String decision = node(taken);
    String predicate = Objects.requireNonNull(nodes.get(decision)).getInput(1);
    boolean inFunction = taken.indexOf(':') != taken.lastIndexOf(':');
    AttrValue type = constant.getAttrOrDefault("dtype", AttrValue.getDefaultInstance());
    NodeDef value = constant.toBuilder().setName(name + ".value").clearInput().build();
    NodeDef other =
        NodeDef.newBuilder()
            .setName(name + ".switch")
            .setOp("Switch")
            .addInput(inFunction ? value.getName() + ":output:0" : value.getName())
            .addInput(predicate)
            .putAttr("T", type)
            .build();
    NodeDef passed =
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Identity")
            .addInput(other.getName() + taken.substring(decision.length()))
            .putAttr("T", type)
            .build();
    written.put(value.getName(), value);
    written.put(other.getName(), other);
    written.put(name, passed);
  }
}
