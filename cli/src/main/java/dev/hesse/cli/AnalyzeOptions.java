package dev.hesse.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that {@code hesse analyze} can be told.
 *
 * @param l2 λ of the penalty λ‖w‖² on all parameters
 * @param spill where Lanczos vectors are kept that find no memory; empty for nowhere
 */
record AnalyzeOptions(
    Subject subject,
    EstimatorOptions estimates,
    ComputeOptions computation,
    Optional<ClusterOptions> cluster,
    double l2,
    long seed,
    Optional<Path> spill,
    AnalysisJournal journal,
    OutputOptions output) {

  static final CommandOption<Double> L2 =
      CommandOption.of(
              "l2",
              ValueType.between(0, 1e6).or("0", 0.0),
              "add λ times the sum of all squared parameters to the loss, as Keras' regulariser does")
          .withDefault("0");

  static final CommandOption<Optional<Path>> SPILL =
      CommandOption.of(
              "spill-dir",
              ValueType.FOLDER.map(Optional::of).or("none", Optional.empty()),
              "where Lanczos vectors that --memory does not hold are kept on disk while it runs; with"
                  + " none, eigenvalues restart and a density ends early")
          .withDefault("the folder of --out");

  static final List<Usage.Group> GROUPS =
      List.of(
          ModelOptions.GROUP,
          SavedModelOptions.GROUP,
          DataOptions.GROUP,
          new Usage.Group("loss", List.of(L2)),
          EstimatorOptions.GROUP,
          ComputeOptions.GROUP,
          ClusterOptions.GROUP,
          new Usage.Group("long runs", List.of(AnalysisJournal.CONTINUE, SPILL)),
          OutputOptions.GROUP);

  /**
   * Reads and checks the options; opens no file.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static AnalyzeOptions from(Arguments arguments) {
    OutputOptions output = OutputOptions.from(arguments);
    ComputeOptions computation = ComputeOptions.from(arguments);
    return new AnalyzeOptions(
        Subject.from(arguments),
        EstimatorOptions.from(arguments),
        computation,
        ClusterOptions.from(arguments, computation),
        arguments.get(L2, 0.0),
        arguments.get(DataOptions.SEED, DataOptions.SEED_DEFAULT),
        arguments.get(SPILL, Optional.of(output.folder())),
        AnalysisJournal.of(arguments, output.folder()),
        output);
  }
}
