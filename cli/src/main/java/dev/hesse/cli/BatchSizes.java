package dev.hesse.cli;

import dev.hesse.hessian.CurvatureOperator;
import java.util.Optional;

/**
 * How many examples, and how many of them at once.
 *
 * @param examples empty for all that there are
 * @param asked whether that is the user's wish or the default
 * @param miniBatch empty for parts of nearly equal size
 */
record BatchSizes(Optional<Integer> examples, boolean asked, Optional<Integer> miniBatch) {
  static final int EXAMPLES_DEFAULT = 200;

  private static final int MOST = 1 << 20;

  /** Present and 0 for all. */
  static final CommandOption<Integer> EXAMPLES =
      CommandOption.of(
              "hessian-batch-size",
              ValueType.whole(1, Integer.MAX_VALUE).or("all", 0),
              "how many examples")
          .withDefault(EXAMPLES_DEFAULT);

  static final CommandOption<Integer> MINI_BATCH =
      CommandOption.of(
              "mini-hessian-batch-size",
              ValueType.whole(1, MOST),
              "how many of them at once; must divide --hessian-batch-size")
          .withDefault("equal parts of at most " + CurvatureOperator.Options.MINI_BATCH_DEFAULT);

  static BatchSizes from(Arguments arguments) {
    int examples = arguments.get(EXAMPLES, EXAMPLES_DEFAULT);
    Optional<Integer> miniBatch = arguments.get(MINI_BATCH);
    // The default is no more than a wish for a SavedModel's arrays; a smaller last part remains.
    boolean exact = arguments.has(EXAMPLES) || !arguments.has(SavedModelOptions.SAVED_MODEL);
    if (exact && miniBatch.isPresent() && examples % miniBatch.get() != 0) {
      throw CommandException.usage(
          "%s %d is not a multiple of %s %d"
              .formatted(EXAMPLES.dashed(), examples, MINI_BATCH.dashed(), miniBatch.get()),
          "Choose sizes of which one divides the other, or leave out " + MINI_BATCH.dashed());
    }
    return new BatchSizes(
        Optional.of(examples).filter(n -> n > 0), arguments.has(EXAMPLES), miniBatch);
  }

  /** How many examples are wanted where there are {@code available}. */
  int count(int available) {
    return examples.orElse(available);
  }

  /** The same where the default is no more than a wish. */
  int countUpTo(int available) {
    return asked ? count(available) : Math.min(count(available), available);
  }

  /** The mini-batch for so many examples; a smaller last one remains where it does not divide. */
  int miniBatch(int count) {
    int most = CurvatureOperator.Options.MINI_BATCH_DEFAULT;
    int parts = (count - 1) / most + 1;
    return Math.min(count, miniBatch.orElse((count - 1) / parts + 1));
  }
}
