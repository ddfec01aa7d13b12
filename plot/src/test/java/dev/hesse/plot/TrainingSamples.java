package dev.hesse.plot;

import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Data;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLog.Model;
import java.util.List;
import java.util.stream.IntStream;

/** Training logs to draw. */
final class TrainingSamples {
  private TrainingSamples() {}

  static TrainingLog log(List<Epoch> epochs, List<Curvature> curvature) {
    return new TrainingLog(
        new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu"),
        new Model("ResNet20", 272_474),
        new Data("/data/cifar-10-batches-bin/", 50_000, 10_000),
        List.of(),
        epochs,
        curvature);
  }

  /** So many epochs, with curvature before the first and every so often; never for 0. */
  static TrainingLog typical(int epochs, int every) {
    return log(
        IntStream.rangeClosed(1, epochs).mapToObj(TrainingSamples::epoch).toList(),
        every == 0
            ? List.of()
            : IntStream.rangeClosed(0, epochs / every)
                .mapToObj(i -> curvature(i * every, 5 + 10 * i))
                .toList());
  }

  private static Epoch epoch(int number) {
    double rate = number <= 1 ? 0.1 : number <= 20 ? 0.01 : 0.001;
    return epoch(number, rate, 2.0 / number);
  }

  static Epoch epoch(int number, double rate, double loss) {
    return new Epoch(number, rate, loss, 1 - 0.7 / number, loss + 0.5, 0.9 - 0.7 / number, 60, 0.1);
  }

  static Curvature curvature(int epoch, double largest) {
    return new Curvature(
        epoch,
        1,
        new Eigenvalues(
            "lanczos",
            true,
            30,
            List.of(new Eigenvalue(largest, 0.25)),
            List.of(new Eigenvalue(-largest / 10, 1e-3))),
        new Trace("hutchinson", true, 30, 30, 8 * largest, largest),
        List.of(Samples.run(-largest / 10, -0.01, 0, 0.02, largest / 2, largest)),
        60,
        14);
  }
}
