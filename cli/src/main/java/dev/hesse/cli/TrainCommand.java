package dev.hesse.cli;

import dev.hesse.hessian.Device;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.Split;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLogWriter;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.plot.FigureOptions;
import dev.hesse.train.Initialization;
import dev.hesse.train.RunFiles;
import dev.hesse.train.RunState;
import dev.hesse.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code hesse train}: the CIFAR ResNet family, in runs that can be killed and continued. */
final class TrainCommand implements Command {
  private static final Usage USAGE =
      new Usage(
          "train",
          List.of(),
          "Train a ResNet for CIFAR, and follow its Hessian on the way",
          TrainOptions.GROUPS,
          List.of(
              "--saving-folder gets net.pt, the network after the last epoch as a PyTorch checkpoint;"
                  + " training.json, the log of all epochs; training.svg and training.pdf, its figure; and"
                  + " state.safetensors, from which --continue goes on. The state is written after"
                  + " each epoch and once a minute: a run that was killed and continued ends with"
                  + " the same weights, bit for bit, as one that was not.",
              "A seed gives the same weights on the same machine and device."),
          List.of(
              new Usage.Example(
                  "train --data-dir cifar-10-batches-bin", "ResNet20 as PyHessian trains it"),
              new Usage.Example(
                  "train --data-dir cifar-10-batches-bin --epochs 30 --lr-schedule cosine"
                      + " --hessian-every 5 --saving-folder run",
                  "a shorter run with the Hessian measured seven times"),
              new Usage.Example("train --continue --saving-folder run", "on with it")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    Path folder = arguments.get(TrainOptions.SAVING_FOLDER, TrainOptions.FOLDER_DEFAULT);
    Continuation continuation = Continuation.of(USAGE, arguments, folder);
    TrainOptions options = continuation.options();
    OutputOptions output = options.output();
    if (output.quiet() || output.json()) {
      console.progress().disable();
    }
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      outputs.prepare(folder, TrainOptions.SAVING_FOLDER);
      options.tensorBoard().ifPresent(t -> outputs.prepare(t, TrainOptions.TENSORBOARD));
      Dataset train = open(options, Split.TRAIN);
      Dataset test = open(options, Split.TEST);
      ResNetConfig network = options.recipe().network(Math.max(2, train.classes()));
      ResNet initial = Initialization.draw(network, options.recipe().seed());
      DataOptions.requireFit(train, initial);
      DataOptions.requireFit(test, initial);
      Device device = options.computation().device(console);
      TrainingRun run = plan(options, continuation.settings(), initial, train, test, device);
      TrainProgress progress = new TrainProgress(console, output, options);
      progress.start(run.heading());
      console
          .interruption()
          .guard(() -> RunState.exists(folder) ? onward(folder) : outputs.interrupt());
      TrainingLog log = run(run, continuation.state(), progress);
      console.progress().clear();

      console
          .interruption()
          .guard(
              () -> {
                outputs.interrupt();
                return "The network is trained, its figures are not drawn. Draw them: hesse plot %s."
                    .formatted(RunFiles.log(folder));
              });
      Plots.add(log, FigureOptions.DEFAULT, folder, outputs);
      outputs.commit();
      if (output.json()) {
        TrainingLogWriter.write(log, console.out());
      } else {
        progress.end(log, RunFiles.checkpoint(folder), RunFiles.log(folder), outputs.files());
      }
      return ExitStatus.DONE;
    }
  }

  private static TrainingLog run(
      TrainingRun run, Optional<RunState> state, TrainProgress progress) {
    try {
      return state.isPresent() ? run.goOn(state.get(), progress) : run.start(progress);
    } catch (IOException e) {
      Path folder = run.files().folder();
      throw new CommandException(
          ExitStatus.FAILURE,
          "the training cannot be written down: " + IoErrors.reason(e),
          RunState.exists(folder)
              ? "Free the disk, then go on: hesse train --continue --saving-folder " + folder
              : "Free the disk or name another folder",
          e);
    }
  }

  private static Dataset open(TrainOptions options, Split split) throws IOException {
    return CifarDataset.open(options.data(), split, options.recipe().normalization());
  }

  private static TrainingRun plan(
      TrainOptions options,
      Map<String, String> settings,
      ResNet initial,
      Dataset train,
      Dataset test,
      Device device) {
    int parameters = initial.parameters().dimension();
    return new TrainingRun(
        initial,
        train,
        test.inOrder(new ExampleOrder.Sequential()),
        options.on(device),
        options
            .tracking()
            .map(t -> t.on(train, parameters, options.computation(), options.recipe().seed())),
        new RunFiles(
            options.folder(),
            settings,
            options.saveEvery(),
            options.tensorBoard(),
            RunFiles.STATE_INTERVAL_DEFAULT),
        new TrainingLog(
            AnalyzeReport.tool(device),
            new TrainingLog.Model(initial.config().toString(), parameters),
            new TrainingLog.Data(train.source(), train.examples(), test.examples()),
            options.forLog(),
            List.of(),
            List.of()));
  }

  private static String onward(Path folder) {
    return "Go on where it was: hesse train --continue --saving-folder " + folder + ".";
  }
}
