package dev.hesse.cli;

import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.train.RunState.EpochSoFar;
import dev.hesse.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shows a training run: a line for each epoch, and on a terminal one that follows the steps. */
final class TrainProgress implements TrainingRun.Listener {
  private final Console console;
  private final boolean silent;
  private final int epochs;
  private final int hessianEvery;
  private double secondsOfSteps;
  private double secondsBesideSteps;
  private double hessianSeconds;

  TrainProgress(Console console, OutputOptions output, TrainOptions options) {
    this.console = console;
    this.silent = output.quiet() || output.json();
    this.epochs = options.epochs();
    this.hessianEvery = options.tracking().map(TrackingOptions::every).orElse(0);
  }

  void start(TrainingLog heading) {
    print(
        "%s, %,d parameters; %s: %,d images to train on, %,d to test",
        heading.model().architecture(),
        heading.model().parameters(),
        heading.data().source(),
        heading.data().trainExamples(),
        heading.data().testExamples());
  }

  @Override
  public void step(int epoch, EpochSoFar soFar, int steps, long examples) {
    secondsOfSteps = soFar.seconds();
    double perStep = soFar.seconds() / soFar.steps();
    double left =
        perStep * ((double) steps * (epochs - epoch + 1) - soFar.steps())
            + secondsBesideSteps * (epochs - epoch + 1)
            + hessianSeconds * hessiansFrom(epoch);
    console
        .progress()
        .show(
            format(
                "epoch %d/%d  step %d/%d  loss %.4f  accuracy %.2f %%  (%s left)",
                epoch,
                epochs,
                soFar.steps(),
                steps,
                soFar.lossSum() / examples,
                100.0 * soFar.correct() / examples,
                ProgressLine.time(left)));
  }

  /** How many measurements follow the epochs from this one on. */
  private int hessiansFrom(int epoch) {
    return hessianEvery == 0
        ? 0
        : epochs / hessianEvery - (epoch - 1) / hessianEvery + (epochs % hessianEvery == 0 ? 0 : 1);
  }

  @Override
  public void epoch(Epoch epoch) {
    secondsBesideSteps = epoch.seconds() - secondsOfSteps;
    print(
        "epoch %3d/%d  rate %-9.4g train %.4f  %5.2f %%   test %.4f  %5.2f %%   %s",
        epoch.epoch(),
        epochs,
        epoch.learningRate(),
        epoch.trainLoss(),
        100 * epoch.trainAccuracy(),
        epoch.testLoss(),
        100 * epoch.testAccuracy(),
        ProgressLine.time(epoch.seconds()));
  }

  @Override
  public void curvature(Curvature curvature) {
    hessianSeconds = curvature.seconds();
    Trace trace = curvature.trace();
    print(
        "Hessian after epoch %d: largest eigenvalue %.6g (residual %.1e)%s, trace %s, %d products, %s",
        curvature.epoch(),
        curvature.lambdaMax().value(),
        curvature.lambdaMax().residual(),
        curvature.eigenvalues().converged() ? "" : " not converged",
        Uncertain.text(trace.value(), trace.standardError()),
        curvature.hvps(),
        ProgressLine.time(curvature.seconds()));
  }

  @Override
  public void warning(String message) {
    console.say("warning: " + message);
  }

  @Override
  public Progress estimates() {
    return console.progress();
  }

  void end(TrainingLog log, Path checkpoint, Path logFile, List<Path> figures) {
    Epoch last = log.epochs().get(log.epochs().size() - 1);
    print("test accuracy %.2f %%, loss %.4f", 100 * last.testAccuracy(), last.testLoss());
    print(
        "written: %s",
        Stream.concat(Stream.of(checkpoint, logFile), figures.stream())
            .map(Path::toString)
            .collect(Collectors.joining(", ")));
  }

  private void print(String line, Object... arguments) {
    if (!silent) {
      console.progress().clear();
      console.out().println(format(line, arguments));
    }
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
