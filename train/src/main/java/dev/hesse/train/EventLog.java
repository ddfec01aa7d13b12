package dev.hesse.train;

import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.TrainingLog;
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
   * Begins with what there is of a run already, so that the new file is complete: an earlier one
   * may lack what a kill kept from the disk.
   *
   * @param folder for event files
   */
  EventLog(Optional<Path> folder, TrainingLog before) throws IOException {
    writer =
        folder.isPresent() ? Optional.of(new TensorBoardWriter(folder.get())) : Optional.empty();
    boolean begun = false;
    try {
      for (Epoch epoch : before.epochs()) {
        epoch(epoch);
      }
      for (Curvature curvature : before.curvature()) {
        curvature(curvature);
      }
      begun = true;
    } finally {
      if (!begun) {
        close();
      }
    }
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
