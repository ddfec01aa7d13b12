package dev.hesse.train;

import dev.hesse.hessian.CompiledLoss.Evaluation;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.io.pytorch.PyTorchZip;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLogWriter;
import dev.hesse.models.ResNetStateDict;
import dev.hesse.train.RunState.EpochSoFar;
import dev.hesse.train.TrainingRun.Listener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training run under way. After each epoch the log is written first, then the checkpoint, then
 * the state, so that a run that goes on from the state writes again whatever may be missing.
 */
final class TrainingCourse {
  private final TrainingRun run;
  private final TrainingOptions options;
  private final RunFiles files;
  private final String sample;
  private final int stepsPerEpoch;
  private final Optional<Augmentation> augmentation;
  private TrainingLog log;
  private int completed;
  private EpochSoFar running;
  private long lastSaved = System.nanoTime();

  /**
   * @param sample what {@link RunState#data} is of the run
   * @param log so far
   * @param completed epochs
   * @param running the epoch that has begun
   */
  TrainingCourse(
      TrainingRun run, String sample, TrainingLog log, int completed, EpochSoFar running) {
    this.run = run;
    this.options = run.options();
    this.files = run.files();
    this.sample = sample;
    this.stepsPerEpoch = EpochBatches.count(run.train().examples(), options.batchSize());
    int[] shape = run.train().exampleShape();
    this.augmentation =
        options.augment()
            ? Optional.of(new Augmentation(shape[0], shape[1], run.train().black()))
            : Optional.empty();
    this.log = log;
    this.completed = completed;
    this.running = running;
  }

  TrainingLog run(Optional<RunState> state, Listener listener) throws IOException {
    try (TrainingSession session =
            new TrainingSession(
                run.initial(),
                options.momentum(),
                options.weightDecay(),
                options.precision(),
                options.device());
        EventLog events = new EventLog(files.tensorBoard(), log)) {
      if (state.isPresent()) {
        restore(state.get(), session);
      } else {
        TrainingLogWriter.write(log, files.log());
        save(finite(session), false);
      }
      measure(session, events, listener);
      while (completed < options.epochs()) {
        epoch(session, events, listener);
      }
      save(finite(session), true);
      return log;
    }
  }

  private void restore(RunState state, TrainingSession session) {
    try {
      if (running.steps() > stepsPerEpoch) {
        throw new IllegalArgumentException(
            "step %d of an epoch of %d".formatted(running.steps(), stepsPerEpoch));
      }
      session.assign(state.values());
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "%s is not of this run: %s".formatted(RunState.file(files.folder()), e.getMessage()),
          "Put back the state that belongs to the run, or start over with --force",
          e);
    }
  }

  private void epoch(TrainingSession session, EventLog events, Listener listener)
      throws IOException {
    int epoch = completed + 1;
    double rate = options.learningRate().at(epoch);
    double secondsBefore = running.seconds();
    long start = System.nanoTime();
    steps(session, epoch, rate, listener);
    Map<String, StoredTensor> variables = finite(session);
    Evaluation tested = test(session, listener.estimates());
    int examples = run.train().examples();
    Epoch result =
        new Epoch(
            epoch,
            rate,
            running.lossSum() / examples,
            running.correct() / examples,
            tested.loss(),
            tested.correct() / run.test().examples(),
            secondsBefore + (System.nanoTime() - start) * 1e-9,
            running.stepSeconds() / stepsPerEpoch);
    List<Epoch> epochs = new ArrayList<>(log.epochs());
    epochs.add(result);
    append(epochs, log.curvature());
    completed = epoch;
    running = EpochSoFar.NONE;
    Map<String, StoredTensor> weights =
        ResNetStateDict.of(session.network(), (long) completed * stepsPerEpoch);
    PyTorchZip.write(files.checkpoint(), weights);
    Optional<Path> kept = files.checkpointOf(epoch);
    if (kept.isPresent()) {
      PyTorchZip.write(kept.get(), weights);
    }
    save(variables, false);
    events.epoch(result);
    listener.epoch(result);
    measure(session, events, listener);
  }

  private void steps(TrainingSession session, int epoch, double rate, Listener listener)
      throws IOException {
    double secondsBefore = running.seconds();
    long start = System.nanoTime();
    try (EpochBatches batches =
        new EpochBatches(
            run.train(),
            options.batchSize(),
            augmentation,
            options.seed(),
            epoch,
            running.steps())) {
      while (running.steps() < stepsPerEpoch) {
        ImageBatch batch = batches.take();
        long stepStart = System.nanoTime();
        Evaluation evaluation = session.step(batch.batch(run.train().exampleShape()), rate);
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
        if (now - lastSaved >= files.stateInterval().toNanos()) {
          save(finite(session), false);
        }
        listener.step(
            epoch,
            running,
            stepsPerEpoch,
            Math.min(run.train().examples(), (long) running.steps() * options.batchSize()));
      }
    }
  }

  private Evaluation test(TrainingSession session, Progress progress) {
    int examples = run.test().examples();
    double lossSum = 0;
    double correct = 0;
    for (int from = 0; from < examples; from += options.testBatchSize()) {
      progress.update("testing", from, examples);
      int count = Math.min(options.testBatchSize(), examples - from);
      Evaluation part = session.evaluate(run.test().read(from, count));
      lossSum += part.loss() * count;
      correct += part.correct();
    }
    return new Evaluation(lossSum / examples, correct);
  }

  /**
   * Measures the Hessian if that is due and not done. What prevents it before training ends the
   * run; later training is worth more than a measurement.
   */
  private void measure(TrainingSession session, EventLog events, Listener listener)
      throws IOException {
    Optional<CurvatureTracking> tracking = run.tracking();
    if (tracking.isEmpty()
        || !tracking.get().isDue(completed, options.epochs())
        || running.steps() > 0
        || log.curvature().stream().anyMatch(c -> c.epoch() == completed)) {
      return;
    }
    TrainingLog.Curvature measured;
    try {
      measured =
          tracking.get().measure(session.network(), completed, options, listener.estimates());
    } catch (ModelException e) {
      if (completed == 0) {
        throw e;
      }
      listener.warning(
          "the Hessian after epoch %d cannot be measured: %s".formatted(completed, e.getMessage()));
      return;
    }
    List<TrainingLog.Curvature> curvature = new ArrayList<>(log.curvature());
    curvature.add(measured);
    append(log.epochs(), curvature);
    events.curvature(measured);
    listener.curvature(measured);
  }

  private void append(List<Epoch> epochs, List<TrainingLog.Curvature> curvature)
      throws IOException {
    log = new TrainingLog(log.tool(), log.model(), log.data(), log.options(), epochs, curvature);
    TrainingLogWriter.write(log, files.log());
  }

  /** State and checkpoint on disk stay the last ones that are finite. */
  private ModelException diverged(String what, int step) {
    return new ModelException(
        "%s in step %d of epoch %d; %s"
            .formatted(
                what,
                step,
                completed + 1,
                completed == 0
                    ? "no epoch was completed"
                    : "%s is the network after epoch %d".formatted(files.checkpoint(), completed)),
        "Start over with a smaller learning rate, in another folder or with --force");
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

  private void save(Map<String, StoredTensor> variables, boolean finished) throws IOException {
    new RunState(completed, running, finished, sample, files.settings(), variables)
        .write(files.folder());
    lastSaved = System.nanoTime();
  }
}
