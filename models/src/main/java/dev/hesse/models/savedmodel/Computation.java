package dev.hesse.models.savedmodel;

import java.util.List;

/**
 * Tensors, and a flat graph that computes them.
 *
 * @param graph flat
 * @param targets what it computes
 */
record Computation(FlatGraph graph, List<TensorName> targets) {
  Computation {
    targets = List.copyOf(targets);
  }
}
