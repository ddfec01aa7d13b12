package dev.hesse.train;

import dev.hesse.hessian.CompiledLoss.Evaluation;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.pytorch.PyTorchZip;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLogReader;
import dev.hesse.io.report.TrainingLogWriter;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetStateDict;
import dev.hesse.train.RunState.EpochSoFar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a network in a folder that holds, at any moment, all that is needed to go on: {@code
 * state.safetensors} after each epoch and at least once a minute, {@code training.json} with every
 * epoch so far, and at the end the weights as a PyTorch checkpoint, {@code net.pt}. A run that was
 * killed and continued ends with the same weights, bit for bit, as one that was not.
 *
 * @param initial the network that an uninterrupted run starts from
 * @param train examples to learn
 * @param test examples to test on after each epoch
 * @param tracking whether and how to follow the Hessian
 * @param folder exists and can be written
 * @param settings kept with the state, for whoever continues the run
 * @param saveEvery how many epochs lie between two checkpoints that stay; 0 for none
 * @param tensorBoard folder for event files, if they are wanted
 * @param stateInterval how much work a kill may lose at most; a step more
 * @param heading the log before the first epoch
 */
public record TrainingRun(
    ResNet initial,
    Dataset train,
    BatchSource test,
    TrainingOptions options,
    Optional<CurvatureTracking> tracking,
    Path folder,
    Map<String, String> settings,
    int saveEvery,
    Optional<Path> tensorBoard,
    Duration stateInterval,
    TrainingLog heading) {

  public static final Duration STATE_INTERVAL_DEFAULT = Duration.ofMinutes(1);

  /** Hears of a run, on the thread that trains. */
  public interface Listener {

    /**
     * A step was made.
     *
     * @param steps how many there are in an epoch
     * @param examples seen in the epoch so far
     */
    void step(int epoch, EpochSoFar soFar, int steps, long examples);

    /** An epoch and its test are over. */
    void epoch(Epoch epoch);

    /** The Hessian was measured. */
    void curvature(TrainingLog.Curvature curvature);

    /** Hears of the products on the way to a measurement. */
    Progress estimates();
  }

  public static Path log(Path folder) {
    return folder.resolve("training.json");
  }

  public static Path checkpoint(Path folder) {
    return folder.resolve("net.pt");
  }

  /** Starts from the initial network. */
  public TrainingLog start(Listener listener) throws IOException {
    return new Course(heading, 0, EpochSoFar.NONE).run(initial, Optional.empty(), listener);
  }

  /**
   * Goes on from a state.
   *
   * @throws BadInputException if the state or the log in the folder is not of this run
   */
  public TrainingLog goOn(RunState state, Listener listener) throws IOException {
    TrainingLog before = Files.exists(log(folder)) ? TrainingLogReader.read(log(folder)) : heading;
    // A log is written before the state, so it may be ahead of it.
    List<Epoch> epochs =
        before.epochs().stream().filter(epoch -> epoch.epoch() <= state.epochs()).toList();
    if (epochs.size() != state.epochs()) {
      throw new BadInputException(
          "%s has %d of the %d epochs of %s"
              .formatted(log(folder), epochs.size(), state.epochs(), RunState.file(folder)),
          "Put back the log that belongs to the run, or start over with --force");
    }
    TrainingLog log =
        new TrainingLog(
            heading.tool(),
            heading.model(),
            heading.data(),
            heading.options(),
            epochs,
            before.curvature().stream().filter(c -> c.epoch() <= state.epochs()).toList());
    return new Course(log, state.epochs(), state.running())
        .run(initial, Optional.of(state), listener);
  }

  /** A run under way. */
  private final class Course {
    private final int stepsPerEpoch = EpochBatches.count(train.examples(), options.batchSize());
    private final Optional<Augmentation> augmentation =
        Optional.of(
                new Augmentation(train.exampleShape()[0], train.exampleShape()[1], train.black()))
            .filter(a -> options.augment());
    private TrainingLog log;
    private int completed;
    private EpochSoFar running;
    private long lastSaved = System.nanoTime();

    Course(TrainingLog log, int completed, EpochSoFar running) {
      this.log = log;
      this.completed = completed;
      this.running = running;
    }

    TrainingLog run(ResNet network, Optional<RunState> state, Listener listener)
        throws IOException {
      try (TrainingSession session =
              new TrainingSession(
                  network,
                  options.momentum(),
                  options.weightDecay(),
                  options.precision(),
                  options.device());
          EventLog events = new EventLog(tensorBoard, completed)) {
        if (state.isPresent()) {
          session.assign(state.get().values());
        } else {
          TrainingLogWriter.write(log, TrainingRun.log(folder));
          save(finite(session));
        }
        measure(session, events, listener);
        while (completed < options.epochs()) {
          epoch(session, events, listener);
        }
        save(session, TrainingRun.checkpoint(folder));
        return log;
      }
    }

    private void epoch(TrainingSession session, EventLog events, Listener listener)
        throws IOException {
      int epoch = completed + 1;
      double rate = options.learningRate().at(epoch);
      long start = System.nanoTime();
      double secondsBefore = running.seconds();
      try (EpochBatches batches =
          new EpochBatches(
              train, options.batchSize(), augmentation, options.seed(), epoch, running.steps())) {
        while (running.steps() < stepsPerEpoch) {
          Batch batch = batches.take();
          long stepStart = System.nanoTime();
          Evaluation evaluation = session.step(batch, rate);
          long now = System.nanoTime();
          if (!Double.isFinite(evaluation.loss())) {
            throw diverged("the loss is " + evaluation.loss(), running.steps() + 1);
          }
          running =
              new EpochSoFar(
                  running.steps() + 1,
                  running.lossSum() + evaluation.loss() * batch.size(),
                  running.correct() + evaluation.correct(),
                  secondsBefore + (now - start) * 1e-9,
                  running.stepSeconds() + (now - stepStart) * 1e-9);
          if (now - lastSaved >= stateInterval.toNanos()) {
            save(finite(session));
          }
          listener.step(
              epoch,
              running,
              stepsPerEpoch,
              Math.min(train.examples(), (long) running.steps() * options.batchSize()));
        }
      }
      Map<String, StoredTensor> variables = finite(session);
      Evaluation tested = test(session);
      Epoch result =
          new Epoch(
              epoch,
              rate,
              running.lossSum() / train.examples(),
              (double) running.correct() / train.examples(),
              tested.loss(),
              (double) tested.correct() / test.examples(),
              secondsBefore + (System.nanoTime() - start) * 1e-9,
              running.stepSeconds() / stepsPerEpoch);
      List<Epoch> epochs = new ArrayList<>(log.epochs());
      epochs.add(result);
      append(epochs, log.curvature());
      completed = epoch;
      running = EpochSoFar.NONE;
      save(variables);
      if (saveEvery > 0 && epoch % saveEvery == 0) {
        save(session, folder.resolve("net-epoch-%03d.pt".formatted(epoch)));
      }
      events.epoch(result);
      listener.epoch(result);
      measure(session, events, listener);
    }

    private Evaluation test(TrainingSession session) {
      double lossSum = 0;
      int correct = 0;
      for (int from = 0; from < test.examples(); from += options.testBatchSize()) {
        int count = Math.min(options.testBatchSize(), test.examples() - from);
        Evaluation part = session.evaluate(test.read(from, count));
        lossSum += part.loss() * count;
        correct += part.correct();
      }
      return new Evaluation(lossSum / test.examples(), correct);
    }

    /** Measures the Hessian if that is due and not done. */
    private void measure(TrainingSession session, EventLog events, Listener listener)
        throws IOException {
      boolean due =
          tracking.map(t -> t.isDue(completed, options.epochs())).orElse(false)
              && running.steps() == 0
              && log.curvature().stream().noneMatch(c -> c.epoch() == completed);
      if (due) {
        TrainingLog.Curvature measured =
            tracking
                .orElseThrow()
                .measure(session.network(), completed, options, listener.estimates());
        List<TrainingLog.Curvature> curvature = new ArrayList<>(log.curvature());
        curvature.add(measured);
        append(log.epochs(), curvature);
        events.curvature(measured);
        listener.curvature(measured);
      }
    }

    private void append(List<Epoch> epochs, List<TrainingLog.Curvature> curvature)
        throws IOException {
      log = new TrainingLog(log.tool(), log.model(), log.data(), log.options(), epochs, curvature);
      TrainingLogWriter.write(log, TrainingRun.log(folder));
    }

    /** The state on disk stays the last one that is finite. */
    private ModelException diverged(String what, int step) {
      return new ModelException(
          "%s in step %d of epoch %d".formatted(what, step, completed + 1),
          "Train with a smaller learning rate");
    }

    private Map<String, StoredTensor> finite(TrainingSession session) {
      Map<String, StoredTensor> variables = session.tensors();
      variables.forEach(
          (name, tensor) -> {
            if (!Arrays.stream(tensor.toDoubles()).allMatch(Double::isFinite)) {
              throw diverged(name + " is not finite", running.steps());
            }
          });
      return variables;
    }

    private void save(Map<String, StoredTensor> variables) throws IOException {
      new RunState(completed, running, settings, variables).write(folder);
      lastSaved = System.nanoTime();
    }

    private void save(TrainingSession session, Path file) throws IOException {
      long steps = (long) completed * stepsPerEpoch;
      Map<String, StoredTensor> weights = ResNetStateDict.of(session.network(), steps);
      PyTorchZip.write(file, weights);
    }
  }
}
