package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TType;

/** The steps of a loop, counted by running its {@link LoopSlice} alone. */
final class LoopSteps {
  /** Longer loops make graphs that nothing can be done with. */
  private static final int MAX_STEPS = 10_000;

  private final LoopSlice slice;
  private final Graph graph;
  private final Session session;

  private LoopSteps(LoopSlice slice, Graph graph, Session session) {
    this.slice = slice;
    this.graph = graph;
    this.session = session;
  }

  /**
   * The integers and truth values among the loop's counters, by their numbers: before each step and
   * after the last. Empty if the sizes of the slice's tensors are not known, or large.
   *
   * @param budget of nodes for the loop written out
   * @throws BadInputException if the loop takes more steps than that
   */
  static Optional<List<Map<Integer, NodeDef>>> count(LoopSlice slice, int budget) {
    int limit = Math.min(MAX_STEPS, budget / Math.max(1, slice.bodySize()));
    return run(slice, steps -> steps.count(limit));
  }

  /** Whether a loop takes a step, if its condition reads no counters. */
  static Optional<Boolean> goesOn(LoopSlice slice) {
    return run(slice, steps -> steps.holds(List.of()));
  }

  private static <T> Optional<T> run(LoopSlice slice, Function<LoopSteps, T> question) {
    try (Graph graph = new Graph()) {
      slice.graph().importInto(graph, SavedModels.SCALAR_PLACEHOLDERS);
      if (!isSmall(graph)) {
        return Optional.empty();
      }
      try (Session session = new Session(graph, Evaluation.ON_CPU)) {
        return Optional.of(question.apply(new LoopSteps(slice, graph, session)));
      }
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new BadInputException(
          "the steps of loop %s cannot be counted: %s"
              .formatted(
                  BadInputException.quote(slice.loop()),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given")),
          "Name an output before the loop",
          e);
    }
  }

  /** Whether all tensors have known sizes that are those of arguments, not of data. */
  private static boolean isSmall(Graph graph) {
    Iterable<GraphOperation> operations = graph::operations;
    for (GraphOperation operation : operations) {
      for (int i = 0; i < operation.numOutputs(); i++) {
        Shape shape = operation.output(i).shape();
        if (shape.hasUnknownDimension()
            || ShapeConstants.extent(shape) > ConstantFolding.MAX_ELEMENTS) {
          return false;
        }
      }
    }
    return true;
  }

  private List<Map<Integer, NodeDef>> count(int limit) {
    if (slice.counters().isEmpty()) {
      if (holds(List.of())) {
        throw tooMany(limit);
      }
      return List.of(Map.of());
    }
    List<Map<Integer, NodeDef>> steps = new ArrayList<>();
    Result counters = fetch(slice.first(), List.of());
    try {
      steps.add(constants(values(counters)));
      while (holds(values(counters))) {
        if (steps.size() > limit) {
          throw tooMany(limit);
        }
        Result next = fetch(slice.next(), values(counters));
        counters.close();
        counters = next;
        steps.add(constants(values(counters)));
      }
      return steps;
    } finally {
      counters.close();
    }
  }

  private static List<TType> values(Result result) {
    List<TType> values = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      values.add((TType) result.get(i));
    }
    return values;
  }

  private boolean holds(List<TType> counters) {
    try (Result result = fetch(List.of(slice.condition()), counters)) {
      if (result.get(0) instanceof TBool holds && holds.rank() == 0) {
        return holds.getBoolean();
      }
      throw BadInputException.damaged(
          "the condition of loop %s is no truth value"
              .formatted(BadInputException.quote(slice.loop())));
    }
  }

  private BadInputException tooMany(int limit) {
    return new BadInputException(
        "loop %s takes more than %,d steps".formatted(BadInputException.quote(slice.loop()), limit),
        "Feed shorter sequences, or name an output before the loop");
  }

  private Result fetch(List<TensorName> tensors, List<TType> counters) {
    Session.Runner runner = session.runner();
    for (int i = 0; i < counters.size(); i++) {
      runner.feed(LoopSlice.variable(slice.counters().get(i)).node(), counters.get(i));
    }
    for (TensorName tensor : tensors) {
      runner.fetch(graph.operationOrThrow(tensor.node()).output(tensor.index()));
    }
    return runner.run();
  }

  private Map<Integer, NodeDef> constants(List<TType> counters) {
    Map<Integer, NodeDef> constants = new LinkedHashMap<>();
    for (int i = 0; i < counters.size(); i++) {
      if (ConstantFolding.FOLDED.contains(counters.get(i).dataType())) {
        int number = slice.counters().get(i);
        constants.put(number, Evaluation.node("counter", counters.get(i)));
      }
    }
    return constants;
  }
}
