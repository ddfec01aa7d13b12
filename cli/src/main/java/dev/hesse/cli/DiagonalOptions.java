package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.CurvatureAnalysis.TraceMethod;
import dev.hesse.hessian.SpatialAverage;
import dev.hesse.models.ParameterLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What becomes of the matrix's estimated diagonal.
 *
 * @param file to write it to
 * @param averaged over the places of each convolution kernel
 */
record DiagonalOptions(Path file, boolean averaged) {
  static final CommandOption<Path> FILE =
      CommandOption.of(
          "diagonal",
          ValueType.FILE,
          "write the whole matrix's diagonal, which the trace's products estimate: F.npy, or"
              + " F.safetensors by parameter");
  static final CommandOption<Boolean> AVERAGED =
      CommandOption.flag(
          "spatial-average", "average that diagonal over the places of each convolution kernel");

  static Optional<DiagonalOptions> from(Arguments arguments) {
    if (arguments.has(AVERAGED) && !arguments.has(FILE)) {
      throw usage("--spatial-average is given without --diagonal", "Name the diagonal's file");
    }
    return arguments
        .get(FILE)
        .map(
            file -> {
              ParameterVectors.Format.of(file, FILE);
              return new DiagonalOptions(file, arguments.has(AVERAGED));
            });
  }

  /** Refuses other options that leave no diagonal. */
  static void check(boolean hasTrace, TraceMethod method, boolean hasBlock) {
    if (!hasTrace) {
      throw usage("--diagonal is given without the trace", "Add trace to --only");
    }
    if (method != TraceMethod.KRYLOV && method != TraceMethod.HUTCHINSON) {
      throw usage(
          "--trace-method %s estimates no diagonal".formatted(method.label()),
          "Leave out --diagonal or --trace-method");
    }
    if (hasBlock) {
      throw usage("--diagonal is of all parameters", "Leave out --block");
    }
  }

  /** What is written. */
  double[] written(double[] diagonal, ParameterLayout layout) {
    return averaged ? SpatialAverage.of(diagonal, layout) : diagonal;
  }
}
