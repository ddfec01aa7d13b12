package dev.hesse.models.savedmodel;

import dev.hesse.io.StoredTensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * The branches of TensorFlow 1: {@code Switch} passes a tensor on to one of its two outputs, what
 * is computed from the other one is dead, and {@code Merge} takes what is not.
 */
final class Switches {
  private static final Set<String> TYPES = Set.of("Switch", "Merge");

  private final GraphRewriting rewriting;
  private final Set<TensorName> deadOutputs = new HashSet<>();
  private final Set<String> dead = new HashSet<>();

  Switches(GraphRewriting rewriting) {
    this.rewriting = rewriting;
  }

  static boolean isOne(NodeDef node) {
    return TYPES.contains(node.getOp());
  }

  /**
   * Visits a node, all of whose inputs have been visited.
   *
   * @return whether it is dead
   */
  boolean isDead(NodeDef node) {
    if (node.getOp().equals("Merge")) {
      merge(node);
    } else if (node.getInputList().stream().map(TensorName::of).anyMatch(this::isDead)) {
      dead.add(node.getName());
    } else if (node.getOp().equals("Switch")) {
      decide(node);
    }
    return dead.contains(node.getName());
  }

  private boolean isDead(TensorName tensor) {
    return dead.contains(tensor.node()) || deadOutputs.contains(tensor);
  }

  private void decide(NodeDef node) {
    Optional<long[]> predicate =
        Constant.integers(rewriting.node(TensorName.of(node.getInput(1))), 1);
    predicate
        .filter(value -> value.length == 1)
        .ifPresent(
            value -> {
              int taken = value[0] == 0 ? 0 : 1;
              deadOutputs.add(new TensorName(node.getName(), 1 - taken));
              rewriting.replace(
                  new TensorName(node.getName(), taken), TensorName.of(node.getInput(0)));
            });
  }

  private void merge(NodeDef node) {
    List<Integer> live = new ArrayList<>();
    for (int i = 0; i < node.getInputCount(); i++) {
      if (!isDead(TensorName.of(node.getInput(i)))) {
        live.add(i);
      }
    }
    if (live.isEmpty()) {
      dead.add(node.getName());
    } else if (live.size() == 1) {
      String index = node.getName() + ".index";
      rewriting.add(
          Constant.node(
              index, DataType.DT_INT32, StoredTensor.of(new long[0], new int[] {live.get(0)})));
      rewriting.replace(new TensorName(node.getName(), 1), new TensorName(index, 0));
      rewriting.replace(
          new TensorName(node.getName(), 0), TensorName.of(node.getInput(live.get(0))));
    }
  }
}
