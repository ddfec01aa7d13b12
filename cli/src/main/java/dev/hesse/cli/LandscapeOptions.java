package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.CurvatureAnalysis.EigenvalueOptions;
import java.util.List;
import java.util.Optional;

/**
 * All that {@code hesse landscape} can be told.
 *
 * @param dimensions 1 or 2
 * @param points along each axis
 * @param range the largest coordinate; empty for one by the kind of direction
 * @param biases whether random directions move parameters of rank 0 and 1
 * @param maxIterations products allowed for each eigenvector
 * @param tolerance relative residual of an eigenvector
 */
record LandscapeOptions(
    Subject subject,
    Directions directions,
    int dimensions,
    int points,
    Optional<Double> range,
    boolean biases,
    int maxIterations,
    double tolerance,
    ComputeOptions computation,
    double l2,
    long seed,
    OutputOptions output) {

  static final int CURVE_POINTS_DEFAULT = 51;
  static final int PLANE_POINTS_DEFAULT = 25;
  private static final int MOST_CURVE_POINTS = 9999;
  private static final int MOST_PLANE_POINTS = 255;

  private static final CommandOption<Directions> DIRECTIONS =
      CommandOption.of(
              "directions",
              Directions.TYPE,
              "of the largest eigenvalues; filter-normalised Gaussian ones; or the first in a file"
                  + " that analyze --eigenvectors wrote")
          .withDefault("eigenvectors");
  private static final CommandOption<Integer> DIMENSIONS =
      CommandOption.of("dimensions", ValueType.whole(1, 2), "a curve along one, or a plane of two")
          .withDefault(1);
  private static final CommandOption<Integer> POINTS =
      CommandOption.of(
              "points",
              new ValueType<>(
                  "N",
                  "an odd number from 3 to " + MOST_CURVE_POINTS,
                  text ->
                      ValueType.whole(3, MOST_CURVE_POINTS)
                          .parser()
                          .apply(text)
                          .filter(n -> n % 2 == 1)),
              "along each axis, odd, so that the network itself is the middle one")
          .withDefault(
              "%d for a curve, %d for a plane"
                  .formatted(CURVE_POINTS_DEFAULT, PLANE_POINTS_DEFAULT));
  private static final CommandOption<Double> RANGE =
      CommandOption.of(
              "range",
              ValueType.between(0, 1e5),
              "largest multiple of the directions, on both sides")
          .withDefault(
              "1 for random directions; else where the curvature alone adds the loss itself, at"
                  + " least 1");
  private static final CommandOption<Boolean> BIASES =
      CommandOption.flag(
          "with-biases", "random directions move biases and batch norm's parameters too");
  private static final CommandOption<Double> TOLERANCE =
      CommandOption.of(
              "tol", ValueType.between(0, 1), "residual relative to the eigenvalue to stop at")
          .withDefault(EigenvalueOptions.TOLERANCE_DEFAULT);

  static final List<Usage.Group> GROUPS =
      List.of(
          ModelOptions.GROUP,
          SavedModelOptions.GROUP,
          DataOptions.GROUP,
          new Usage.Group("loss", List.of(AnalyzeOptions.L2)),
          new Usage.Group(
              "landscape",
              List.of(
                  DIRECTIONS,
                  DIMENSIONS,
                  POINTS,
                  RANGE,
                  BIASES,
                  EstimatorOptions.MAX_ITERATIONS,
                  TOLERANCE)),
          ComputeOptions.GROUP,
          OutputOptions.GROUP);

  /**
   * Reads and checks the options; opens no file.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static LandscapeOptions from(Arguments arguments) {
    int dimensions = arguments.get(DIMENSIONS, 1);
    LandscapeOptions options =
        new LandscapeOptions(
            Subject.from(arguments),
            arguments.get(DIRECTIONS, new Directions.Eigenvectors()),
            dimensions,
            arguments.get(POINTS, dimensions == 1 ? CURVE_POINTS_DEFAULT : PLANE_POINTS_DEFAULT),
            arguments.get(RANGE),
            arguments.has(BIASES),
            arguments.get(
                EstimatorOptions.MAX_ITERATIONS, EigenvalueOptions.MAX_ITERATIONS_DEFAULT),
            arguments.get(TOLERANCE, EigenvalueOptions.TOLERANCE_DEFAULT),
            ComputeOptions.from(arguments),
            arguments.get(AnalyzeOptions.L2, 0.0),
            arguments.get(DataOptions.SEED, DataOptions.SEED_DEFAULT),
            OutputOptions.from(arguments));
    options.check(arguments);
    return options;
  }

  private void check(Arguments arguments) {
    if (dimensions == 2 && points > MOST_PLANE_POINTS) {
      throw usage(
          "--points %d are %d in two dimensions".formatted(points, points * points),
          "Give at most " + MOST_PLANE_POINTS);
    }
    if (biases && !(directions instanceof Directions.Random)) {
      throw usage(
          "--with-biases is given without --directions random",
          "Leave it out: eigenvectors move all parameters");
    }
    if (!(directions instanceof Directions.Eigenvectors)) {
      for (CommandOption<?> option : List.of(EstimatorOptions.MAX_ITERATIONS, TOLERANCE)) {
        if (arguments.has(option)) {
          throw usage(
              "%s is given, and no eigenvector is computed".formatted(option.dashed()),
              "Leave it out");
        }
      }
    }
  }
}
