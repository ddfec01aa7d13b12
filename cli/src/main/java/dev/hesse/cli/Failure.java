package dev.hesse.cli;

import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.autodiff.UnsupportedGraphException;
import dev.hesse.hessian.linalg.NumericalException;
import dev.hesse.hessian.linalg.SpillException;
import dev.hesse.io.BadInputException;
import dev.hesse.io.data.DownloadException;
import dev.hesse.spark.ClusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFResourceExhaustedException;

/**
 * What an exception means to the user.
 *
 * @param line what went wrong and what to do, in one line
 */
record Failure(ExitStatus status, String line) {

  static Failure of(Throwable error) {
    if (error instanceof CommandException e) {
      return new Failure(e.status(), message(e));
    }
    if (error instanceof BadInputException) {
      return new Failure(ExitStatus.BAD_INPUT, message(error));
    }
    if (error instanceof DownloadException) {
      return new Failure(ExitStatus.FAILURE, message(error));
    }
    if (error instanceof UncheckedIOException e) {
      return unreadable(Objects.requireNonNull(e.getCause()));
    }
    if (error instanceof IOException e) {
      return unreadable(e);
    }
    if (error instanceof UnsupportedGraphException) {
      return new Failure(ExitStatus.BAD_INPUT, message(error));
    }
    if (error instanceof ModelException) {
      return new Failure(ExitStatus.FAILURE, message(error));
    }
    if (error instanceof ClusterException) {
      return new Failure(ExitStatus.FAILURE, message(error));
    }
    if (error instanceof NumericalException) {
      return failure(
          message(error), "Try --precision float64, or a checkpoint whose weights are smaller");
    }
    if (error instanceof SpillException e) {
      return failure(
          "Lanczos vectors cannot be kept in %s: %s"
              .formatted(e.folder(), IoErrors.reason(e.reason())),
          "Free the disk, or name a folder on another by --spill-dir, or none to do without");
    }
    if (error instanceof OutOfMemoryError) {
      return failure(
          "Java's memory of %d MiB is used up".formatted(Runtime.getRuntime().maxMemory() >> 20),
          "Use a smaller --memory or fewer --density-iter, or more memory: HESSE_JAVA_OPTS=-Xmx8g");
    }
    if (error instanceof LinkageError) {
      return failure(
          "TensorFlow cannot be loaded: " + message(error), "See hesse doctor for what is missing");
    }
    if (error instanceof TFResourceExhaustedException) {
      return failure(
          "TensorFlow's memory is used up",
          "Use a smaller --memory or --mini-hessian-batch-size, or --device cpu");
    }
    if (error instanceof TFInvalidArgumentException) {
      return new Failure(
          ExitStatus.BAD_INPUT,
          "TensorFlow cannot compute the model on this input: %s. Check the arrays' values and shapes."
              .formatted(message(error).lines().findFirst().orElse("it gives no reason").strip()));
    }
    return failure(
        "unexpected %s: %s".formatted(error.getClass().getSimpleName(), message(error)),
        "Run it again with --verbose for where it happened, and report it");
  }

  private static Failure unreadable(IOException error) {
    return new Failure(
        ExitStatus.BAD_INPUT,
        "an input file cannot be read: %s. Check the file and the disk that it is on."
            .formatted(IoErrors.reason(error)));
  }

  private static Failure failure(String what, String remedy) {
    return new Failure(ExitStatus.FAILURE, what + ". " + remedy + ".");
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }
}
