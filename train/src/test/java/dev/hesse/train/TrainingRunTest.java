package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureAnalysis.EigenvalueOptions;
import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLogReader;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.train.RunState.EpochSoFar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
  private static final ResNetConfig CONFIG =
      new ResNetConfig(8, 2, Images.CLASSES, true, true, Shortcut.B);
  private static final int BATCH = 16;

  /** Not a multiple of the batch size, so that the last batch is smaller. */
  private static final Dataset TRAIN = Images.draw(40, 1);

  private static final Dataset TEST = Images.draw(20, 2);

  @TempDir private Path folder;

  private static class Silent implements TrainingRun.Listener {
    @Override
    public void step(int epoch, EpochSoFar soFar, int steps, long examples) {}

    @Override
    public void epoch(Epoch epoch) {}

    @Override
    public void curvature(TrainingLog.Curvature curvature) {}

    @Override
    public Progress estimates() {
      return Progress.NONE;
    }
  }

  private static final class KilledAt extends Silent {
    private final int epoch;
    private final int step;

    KilledAt(int epoch, int step) {
      this.epoch = epoch;
      this.step = step;
    }

    @Override
    public void step(int epoch, EpochSoFar soFar, int steps, long examples) {
      if (epoch == this.epoch && soFar.steps() == step) {
        throw new CancellationException();
      }
    }
  }

  @Test
  void aRunThatWasKilledEndsWithTheSameWeights() throws IOException {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    Path broken = Files.createDirectory(folder.resolve("broken"));
    TrainingLog expected = run(whole, 3, Optional.empty()).start(new Silent());

    TrainingRun run = run(broken, 3, Optional.empty());
    assertThatThrownBy(() -> run.start(new KilledAt(1, 2)))
        .isInstanceOf(CancellationException.class);
    assertThat(RunState.read(broken).running().steps()).isEqualTo(2);
    assertThatThrownBy(() -> run.goOn(RunState.read(broken), new KilledAt(3, 1)))
        .isInstanceOf(CancellationException.class);
    assertThat(TrainingRun.checkpoint(broken)).doesNotExist();
    TrainingLog log = run.goOn(RunState.read(broken), new Silent());

    assertThat(TrainingRun.checkpoint(broken))
        .hasSameBinaryContentAs(TrainingRun.checkpoint(whole));
    assertThat(log.epochs().stream().map(TrainingRunTest::withoutTimes).toList())
        .isEqualTo(expected.epochs().stream().map(TrainingRunTest::withoutTimes).toList());
    assertThat(TrainingLogReader.read(TrainingRun.log(broken))).isEqualTo(log);
  }

  @Test
  void aLogThatIsAheadOfTheStateIsCutBack() throws IOException {
    TrainingRun run = run(folder, 1, Optional.empty());
    run.start(new Silent());
    byte[] stateOfOne = Files.readAllBytes(RunState.file(folder));
    TrainingRun longer = run(folder, 2, Optional.empty());
    TrainingLog expected = longer.goOn(RunState.read(folder), new Silent());
    byte[] weights = Files.readAllBytes(TrainingRun.checkpoint(folder));

    Files.write(RunState.file(folder), stateOfOne);
    TrainingLog log = longer.goOn(RunState.read(folder), new Silent());

    assertThat(log.epochs()).hasSameSizeAs(expected.epochs());
    assertThat(TrainingRun.checkpoint(folder)).hasBinaryContent(weights);
  }

  @Test
  void aLogThatLacksEpochsIsRefused() throws IOException {
    TrainingRun run = run(folder, 1, Optional.empty());
    run.start(new Silent());
    Files.delete(TrainingRun.log(folder));
    RunState state = RunState.read(folder);
    assertThatThrownBy(() -> run.goOn(state, new Silent()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("has 0 of the 1 epochs");
  }

  @Test
  void trainingLearns() throws IOException {
    TrainingOptions steady =
        new TrainingOptions(
            40,
            BATCH,
            BATCH,
            new LearningRate.Cosine(0.1, 40),
            0.9,
            0,
            false,
            1,
            Precision.FLOAT32,
            Device.CPU);
    TrainingLog log = run(folder, steady, Optional.empty(), Optional.empty()).start(new Silent());
    Epoch first = log.epochs().get(0);
    Epoch last = log.epochs().get(39);
    // 40 images against 1,400 parameters; chance is a quarter.
    assertThat(last.trainAccuracy()).isGreaterThan(0.8);
    assertThat(last.trainLoss()).isLessThan(first.trainLoss() / 2);
    assertThat(last.testAccuracy()).isGreaterThan(0.4);
  }

  @Test
  void theCheckpointIsTheNetworkThatWasTested() throws IOException {
    run(folder, 1, Optional.empty()).start(new Silent());
    Checkpoint checkpoint = Checkpoint.read(TrainingRun.checkpoint(folder));
    assertThat(checkpoint.format()).isEqualTo(Checkpoint.Format.PYTORCH_ZIP);
    // 40 images in batches of 16 are 3 steps.
    assertThat(checkpoint.tensors().get("bn1.num_batches_tracked").toDouble(0)).isEqualTo(3);
    ResNet network = ResNet.load(checkpoint, CONFIG);
    Map<String, double[]> state = RunState.read(folder).values();
    network.weights().forEach((name, values) -> assertThat(values).isEqualTo(state.get(name)));
  }

  @Test
  void theHessianIsMeasuredBeforeOnTheWayAndAtTheEnd() throws IOException {
    CurvatureTracking tracking =
        new CurvatureTracking(
            2,
            TRAIN.inOrder(new ExampleOrder.Sequential(), 20),
            20,
            1L << 30,
            new CurvatureAnalysis.Options(
                Optional.of(new EigenvalueOptions(Method.LANCZOS, 1, 0, 20, 1e-3)),
                Optional.of(new SpectralDensity.Options(5, 1)),
                Optional.of(new HutchinsonTrace.Options(2, 1e-3)),
                1,
                1L << 28));
    Path events = folder.resolve("events");
    TrainingRun run = run(folder, 3, Optional.of(tracking), Optional.of(events));
    TrainingLog log = run.start(new Silent());
    assertThat(log.curvature()).extracting(TrainingLog.Curvature::epoch).containsExactly(0, 2, 3);
    assertThat(log.curvature()).allSatisfy(c -> assertThat(c.lambdaMax().value()).isPositive());
    assertThat(events).isDirectoryContaining(file -> file.toString().contains("tfevents"));
  }

  @Test
  void aLossThatIsNotFiniteEndsTheRunAndLeavesAFiniteState() throws IOException {
    TrainingOptions wild =
        new TrainingOptions(
            20,
            BATCH,
            BATCH,
            new LearningRate.Steps(1e30, 1, List.of()),
            0.9,
            0,
            false,
            1,
            Precision.FLOAT32,
            Device.CPU);
    TrainingRun run = run(folder, wild, Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> run.start(new Silent()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("in step")
        .hasMessageContaining("smaller learning rate");
    assertThat(TrainingRun.checkpoint(folder)).doesNotExist();
    assertThat(RunState.read(folder).values().values())
        .allSatisfy(
            values -> assertThat(Arrays.stream(values).allMatch(Double::isFinite)).isTrue());
  }

  private static Epoch withoutTimes(Epoch epoch) {
    return new Epoch(
        epoch.epoch(),
        epoch.learningRate(),
        epoch.trainLoss(),
        epoch.trainAccuracy(),
        epoch.testLoss(),
        epoch.testAccuracy(),
        0,
        0);
  }

  private static TrainingRun run(Path folder, int epochs, Optional<CurvatureTracking> tracking) {
    return run(folder, epochs, tracking, Optional.empty());
  }

  private static TrainingRun run(
      Path folder, int epochs, Optional<CurvatureTracking> tracking, Optional<Path> tensorBoard) {
    TrainingOptions options =
        new TrainingOptions(
            epochs,
            BATCH,
            BATCH,
            new LearningRate.Steps(0.05, 0.1, List.of(6)),
            0.9,
            5e-4,
            true,
            7,
            Precision.FLOAT32,
            Device.CPU);
    return run(folder, options, tracking, tensorBoard);
  }

  private static TrainingRun run(
      Path folder,
      TrainingOptions options,
      Optional<CurvatureTracking> tracking,
      Optional<Path> tensorBoard) {
    ResNet initial = Initialization.draw(CONFIG, options.seed());
    return new TrainingRun(
        initial,
        TRAIN,
        TEST.inOrder(new ExampleOrder.Sequential()),
        options,
        tracking,
        folder,
        Map.of("seed", "7"),
        0,
        tensorBoard,
        Duration.ZERO,
        new TrainingLog(
            new Tool("hesse", "0", "2", "17", "cpu"),
            new TrainingLog.Model(CONFIG.toString(), initial.parameters().dimension()),
            new TrainingLog.Data("images", TRAIN.examples(), TEST.examples()),
            List.of(),
            List.of(),
            List.of()));
  }
}
