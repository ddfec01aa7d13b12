package dev.hesse.train;

import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Epoch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A training log as TensorBoard shows it, with the epoch as the step; nothing if not asked for. */
final class EventLog implements AutoCloseable {
  private final Optional<TensorBoardWriter> writer;

  /**
   * @param folder for event files
   * @param completed epochs before the first that will be logged
   */
  EventLog(Optional<Path> folder, int completed) throws IOException {
    writer =
        folder.isPresent()
            ? Optional.of(new TensorBoardWriter(folder.get(), completed == 0 ? 0 : completed + 1))
            : Optional.empty();
  }

  void epoch(Epoch epoch) throws IOException {
    if (writer.isPresent()) {
      TensorBoardWriter events = writer.get();
      events.scalar("loss/train", epoch.epoch(), epoch.trainLoss());
      events.scalar("loss/test", epoch.epoch(), epoch.testLoss());
      events.scalar("accuracy/train", epoch.epoch(), epoch.trainAccuracy());
      events.scalar("accuracy/test", epoch.epoch(), epoch.testAccuracy());
      events.scalar("learning_rate", epoch.epoch(), epoch.learningRate());
      events.flush();
    }
  }

  void curvature(Curvature curvature) throws IOException {
    if (writer.isPresent()) {
      TensorBoardWriter events = writer.get();
      events.scalar("hessian/lambda_max", curvature.epoch(), curvature.lambdaMax().value());
      events.scalar("hessian/trace", curvature.epoch(), curvature.trace().value());
      events.density(
          "hessian/density",
          curvature.epoch(),
          all(curvature.density(), Run::nodes),
          all(curvature.density(), Run::weights));
      events.flush();
    }
  }

  private static double[] all(List<Run> runs, Function<Run, List<Double>> part) {
    return runs.stream()
        .flatMap(run -> part.apply(run).stream())
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  @Override
  public void close() throws IOException {
    if (writer.isPresent()) {
      writer.get().close();
    }
  }
}
