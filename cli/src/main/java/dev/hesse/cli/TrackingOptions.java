package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.train.CurvatureTracking;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the Hessian is followed along a training run.
 *
 * @param every how many epochs lie between two measurements
 */
record TrackingOptions(int every, EstimatorOptions estimates, BatchSizes size) {
  private static final CommandOption<Integer> EVERY =
      CommandOption.of(
          "hessian-every",
          ValueType.whole(1, 1_000_000),
          "measure eigenvalues, trace and density before training, every N epochs and at the end");
  private static final List<CommandOption<?>> DETAILS =
      List.of(
          BatchSizes.EXAMPLES,
          BatchSizes.MINI_BATCH,
          EstimatorOptions.TOP,
          EstimatorOptions.BOTTOM,
          EstimatorOptions.MAX_ITERATIONS,
          EstimatorOptions.TOLERANCE,
          EstimatorOptions.TRACE_SAMPLES,
          EstimatorOptions.DENSITY_STEPS,
          EstimatorOptions.DENSITY_RUNS);
  static final Usage.Group GROUP =
      new Usage.Group(
          "the Hessian along the way", Stream.concat(Stream.of(EVERY), DETAILS.stream()).toList());

  static Optional<TrackingOptions> from(Arguments arguments) {
    Optional<Integer> every = arguments.get(EVERY);
    if (every.isEmpty()) {
      DETAILS.stream()
          .filter(arguments::has)
          .findFirst()
          .ifPresent(
              option -> {
                throw usage(
                    option.dashed() + " is given without " + EVERY.dashed(),
                    "Say how often to measure the Hessian, or leave it out");
              });
      return Optional.empty();
    }
    EstimatorOptions estimates = EstimatorOptions.from(arguments);
    if (estimates.eigenvalues().orElseThrow().top() == 0) {
      throw usage("--top-n is 0", "Follow at least the largest eigenvalue");
    }
    return Optional.of(new TrackingOptions(every.get(), estimates, BatchSizes.from(arguments)));
  }

  /** The same for the library, on training images without augmentation. */
  CurvatureTracking on(Dataset train, int parameters, ComputeOptions computation, long seed) {
    Memory memory =
        Memory.share(
            computation.memoryBytes().orElseGet(Memory::halfOfAvailable),
            estimates.basisVectors(),
            estimates.bases(),
            parameters);
    int examples = size.examples().orElse(train.examples());
    return new CurvatureTracking(
        every,
        train.inOrder(new ExampleOrder.Shuffled(seed), examples),
        size.miniBatch(examples),
        memory.valuesBytes(),
        estimates.forSeed(seed, memory.storage()));
  }
}
