package dev.hesse.cli;

import java.util.List;

/** All that {@code hesse analyze} can be told. */
record AnalyzeOptions(
    ModelOptions model,
    DataOptions data,
    EstimatorOptions estimates,
    ComputeOptions computation,
    long seed,
    OutputOptions output) {

  static final List<Usage.Group> GROUPS =
      List.of(
          ModelOptions.GROUP,
          DataOptions.GROUP,
          EstimatorOptions.GROUP,
          ComputeOptions.GROUP,
          OutputOptions.GROUP);

  /**
   * Reads and checks the options; opens no file.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static AnalyzeOptions from(Arguments arguments) {
    return new AnalyzeOptions(
        ModelOptions.from(arguments),
        DataOptions.from(arguments),
        EstimatorOptions.from(arguments),
        ComputeOptions.from(arguments),
        arguments.get(DataOptions.SEED, DataOptions.SEED_DEFAULT),
        OutputOptions.from(arguments));
  }
}
