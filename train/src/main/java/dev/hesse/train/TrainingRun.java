package dev.hesse.train;

import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLogReader;
import dev.hesse.models.ResNet;
import dev.hesse.train.RunState.EpochSoFar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Trains a network in a folder that holds, at any moment, all that is needed to go on: {@code
 * state.safetensors} after each epoch and at least once a minute, {@code training.json} with every
 * epoch so far, and {@code net.pt}, the network after the last of them as a PyTorch checkpoint. A
 * run that was killed and continued ends with the same weights, bit for bit, as one that was not;
 * on a GPU only if TensorFlow was started with {@code TF_DETERMINISTIC_OPS=1}.
 *
 * <p>Writing fails with {@link IOException}, reading examples with {@link UncheckedIOException}.
 *
 * @param initial the network that an uninterrupted run starts from
 * @param train examples to learn
 * @param test examples to test on after each epoch
 * @param tracking whether and how to follow the Hessian
 * @param heading the log before the first epoch
 */
public record TrainingRun(
    ResNet initial,
    Dataset train,
    BatchSource test,
    TrainingOptions options,
    Optional<CurvatureTracking> tracking,
    RunFiles files,
    TrainingLog heading) {

  private static final int SAMPLE = 64;

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

    /** Training goes on, but not quite as was asked for: a sentence without its period. */
    void warning(String message);

    /** Hears of the products on the way to a measurement, and of tests. */
    Progress estimates();
  }

  /**
   * Starts from the initial network, in place of any earlier run in the folder.
   *
   * @throws dev.hesse.hessian.ModelException if the loss or a variable is not finite any more; what
   *     was written last is finite
   */
  public TrainingLog start(Listener listener) throws IOException {
    files.clear();
    return new TrainingCourse(this, sample(), heading, 0, EpochSoFar.NONE)
        .run(Optional.empty(), listener);
  }

  /**
   * Goes on from a state; as {@link #start} otherwise.
   *
   * @throws BadInputException if the state or the log in the folder is not of this run, or the
   *     examples are others
   */
  public TrainingLog goOn(RunState state, Listener listener) throws IOException {
    String sample = sample();
    if (!state.data().equals(sample)) {
      throw new BadInputException(
          "%s is of a run on other examples".formatted(RunState.file(files.folder())),
          "Continue it with the data that it was started with");
    }
    TrainingLog before = logSoFar();
    String device = heading.tool().device();
    if (!Objects.equals(before.tool().device(), device)) {
      listener.warning(
          "the run was started on %s and goes on on %s, where rounding differs"
              .formatted(before.tool().device(), device));
    }
    // A log is written before the state, so it may be ahead of it.
    List<Epoch> epochs =
        before.epochs().stream().filter(epoch -> epoch.epoch() <= state.epochs()).toList();
    if (epochs.size() != state.epochs()) {
      throw new BadInputException(
          "%s has %d of the %d epochs of %s"
              .formatted(files.log(), epochs.size(), state.epochs(), RunState.file(files.folder())),
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
    return new TrainingCourse(this, sample, log, state.epochs(), state.running())
        .run(Optional.of(state), listener);
  }

  private TrainingLog logSoFar() {
    Path file = files.log();
    if (!Files.exists(file)) {
      return heading;
    }
    try {
      TrainingLog log = TrainingLogReader.read(file);
      if (!log.model().equals(heading.model())) {
        throw new BadInputException(
            "%s is of %s instead of %s"
                .formatted(file, log.model().architecture(), heading.model().architecture()),
            "Put back the log that belongs to the run, or start over with --force");
      }
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The SHA-256 digest of the numbers of examples and of 64 training examples spread evenly. */
  private String sample() {
    int count = Math.min(SAMPLE, train.examples());
    ImageBatch batch =
        train.images(
            IntStream.range(0, count)
                .map(i -> (int) ((long) i * train.examples() / count))
                .toArray());
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * (2 + batch.inputs().length + count))
            .putInt(train.examples())
            .putInt(test.examples());
    for (float input : batch.inputs()) {
      bytes.putFloat(input);
    }
    for (int label : batch.labels()) {
      bytes.putInt(label);
    }
    try (FileBytes sample = FileBytes.of(bytes.array())) {
      return sample.sha256();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
