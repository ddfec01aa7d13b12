package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.CurvatureAnalysis.EigenvalueOptions;
import dev.hesse.hessian.CurvatureAnalysis.Method;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog.SessionStatus;

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
    public void warning(String message) {
      throw new AssertionError(message);
    }

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
    TrainingLog log = run.goOn(RunState.read(broken), new Silent());

    assertThat(RunFiles.checkpoint(broken)).hasSameBinaryContentAs(RunFiles.checkpoint(whole));
    assertThat(log.epochs().stream().map(TrainingRunTest::withoutTimes).toList())
        .isEqualTo(expected.epochs().stream().map(TrainingRunTest::withoutTimes).toList());
    assertThat(TrainingLogReader.read(RunFiles.log(broken))).isEqualTo(log);
  }

  @Test
  void aLogThatIsAheadOfTheStateIsCutBack() throws IOException {
    TrainingRun run = run(folder, 1, Optional.empty());
    run.start(new Silent());
    byte[] stateOfOne = Files.readAllBytes(RunState.file(folder));
    TrainingRun longer = run(folder, 2, Optional.empty());
    TrainingLog expected = longer.goOn(RunState.read(folder), new Silent());
    byte[] weights = Files.readAllBytes(RunFiles.checkpoint(folder));

    Files.write(RunState.file(folder), stateOfOne);
    TrainingLog log = longer.goOn(RunState.read(folder), new Silent());

    assertThat(log.epochs()).hasSameSizeAs(expected.epochs());
    assertThat(RunFiles.checkpoint(folder)).hasBinaryContent(weights);
  }

  @Test
  void aLogThatLacksEpochsIsRefused() throws IOException {
    TrainingRun run = run(folder, 1, Optional.empty());
    run.start(new Silent());
    Files.delete(RunFiles.log(folder));
    RunState state = RunState.read(folder);
    assertThatThrownBy(() -> run.goOn(state, new Silent()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("has 0 of the 1 epochs");
  }

  @Test
  void trainingLearns() throws IOException {
    TrainingOptions steady =
        TrainingOptions.builder()
            .epochs(40)
            .batchSize(BATCH)
            .learningRate(new LearningRate.Cosine(0.1, 40))
            .weightDecay(0)
            .augment(false)
            .build();
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
    Checkpoint checkpoint = Checkpoint.read(RunFiles.checkpoint(folder));
    assertThat(checkpoint.format()).isEqualTo(Checkpoint.Format.PYTORCH_ZIP);
    // 40 images in batches of 16 are 3 steps.
    assertThat(checkpoint.tensors().get("bn1.num_batches_tracked").toDouble(0)).isEqualTo(3);
    ResNet network = ResNet.load(checkpoint, CONFIG);
    Map<String, double[]> state = RunState.read(folder).values();
    network.weights().forEach((name, values) -> assertThat(values).isEqualTo(state.get(name)));
  }

  private static CurvatureTracking tracking(BatchSource data) {
    return new CurvatureTracking(
        2,
        data,
        20,
        1L << 30,
        new CurvatureAnalysis.Options(
            Optional.of(new EigenvalueOptions(Method.LANCZOS, 1, 0, 20, 1e-3)),
            Optional.of(new SpectralDensity.Options(5, 1)),
            Optional.of(new HutchinsonTrace.Options(2, 1e-3)),
            1,
            1L << 28));
  }

  private static BatchSource twentyImages() {
    return TRAIN.inOrder(new ExampleOrder.Sequential(), 20);
  }

  @Test
  void theHessianIsMeasuredBeforeOnTheWayAndAtTheEnd() throws IOException {
    Path events = folder.resolve("events");
    TrainingRun run = run(folder, 3, Optional.of(tracking(twentyImages())), Optional.of(events));
    TrainingLog log = run.start(new Silent());
    assertThat(log.curvature()).extracting(TrainingLog.Curvature::epoch).containsExactly(0, 2, 3);
    assertThat(log.curvature()).allSatisfy(c -> assertThat(c.lambdaMax().value()).isPositive());
    assertThat(events).isDirectoryContaining(file -> file.toString().contains("tfevents"));
  }

  @Test
  void aLossThatIsNotFiniteEndsTheRunAndLeavesAFiniteState() throws IOException {
    TrainingOptions wild =
        TrainingOptions.builder()
            .epochs(20)
            .batchSize(BATCH)
            .learningRate(new LearningRate.Steps(1e30, 1, List.of()))
            .build();
    TrainingRun run = run(folder, wild, Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> run.start(new Silent()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("in step")
        .hasMessageContaining("no epoch was completed")
        .hasMessageContaining("smaller learning rate");
    assertThat(RunFiles.checkpoint(folder)).doesNotExist();
    assertThat(RunState.read(folder).values().values())
        .allSatisfy(
            values -> assertThat(Arrays.stream(values).allMatch(Double::isFinite)).isTrue());
  }

  @Test
  void theNetworkOfTheLastGoodEpochStays() throws IOException {
    TrainingOptions good = options(2).build();
    run(folder, good, Optional.empty(), Optional.empty()).start(new Silent());
    byte[] afterTwo = Files.readAllBytes(RunFiles.checkpoint(folder));
    LearningRate exploding = new LearningRate.Steps(0.05, 1e30, List.of(2));
    Path other = Files.createDirectory(folder.resolve("other"));
    TrainingRun run =
        run(other, options(9).learningRate(exploding).build(), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> run.start(new Silent()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("of epoch 3")
        .hasMessageContaining("net.pt is the network after epoch 2");
    assertThat(RunFiles.checkpoint(other)).hasBinaryContent(afterTwo);
  }

  /** Dies in the measurement after an epoch, as a process that is killed there. */
  private static final class KilledInMeasurement extends Silent {
    private final int epoch;
    private int last;

    KilledInMeasurement(int epoch) {
      this.epoch = epoch;
    }

    @Override
    public void epoch(Epoch epoch) {
      last = epoch.epoch();
    }

    @Override
    public Progress estimates() {
      return (name, done, limit, estimate, error) -> {
        if (last == epoch && !name.equals("testing")) {
          throw new CancellationException();
        }
      };
    }
  }

  @Test
  void measurementsAndEventsOfARunThatWasKilledInOneAreComplete() throws IOException {
    Path events = folder.resolve("events");
    TrainingRun run = run(folder, 3, Optional.of(tracking(twentyImages())), Optional.of(events));
    for (int epoch : new int[] {0, 2, 3}) {
      assertThatThrownBy(
              () -> {
                if (epoch == 0) {
                  run.start(new KilledInMeasurement(epoch));
                } else {
                  run.goOn(RunState.read(folder), new KilledInMeasurement(epoch));
                }
              })
          .isInstanceOf(CancellationException.class);
      assertThat(RunState.read(folder).finished()).isFalse();
    }
    TrainingLog log = run.goOn(RunState.read(folder), new Silent());
    assertThat(log.curvature()).extracting(TrainingLog.Curvature::epoch).containsExactly(0, 2, 3);
    assertThat(RunState.read(folder).finished()).isTrue();

    List<Event> last = EventFile.read(EventFile.in(events).get(3));
    assertThat(last.get(1).getSessionLog().getStatus()).isEqualTo(SessionStatus.START);
    assertThat(last)
        .filteredOn(event -> event.hasSummary())
        .filteredOn(event -> event.getSummary().getValue(0).getTag().equals("hessian/trace"))
        .extracting(Event::getStep)
        .containsExactlyInAnyOrder(0L, 2L, 3L);
  }

  private static float[] notNumbers(int images) {
    float[] pixels = new float[images * 32 * 32 * 3];
    Arrays.fill(pixels, Float.NaN);
    return pixels;
  }

  @Test
  void aMeasurementThatFailsLaterDoesNotEndTheRun() throws IOException {
    BatchSource images = twentyImages();
    int[] reads = new int[1];
    BatchSource failing =
        new BatchSource() {
          @Override
          public String source() {
            return images.source();
          }

          @Override
          public int examples() {
            return images.examples();
          }

          @Override
          public BatchSource reordered(int[] order) {
            return images.reordered(order);
          }

          @Override
          public Batch read(int from, int count) {
            Batch batch = images.read(from, count);
            return reads[0] == 0
                ? batch
                : new Batch(
                    count,
                    Map.of(
                        Batch.IMAGES,
                        StoredTensor.of(new long[] {count, 32, 32, 3}, notNumbers(count)),
                        Batch.LABELS,
                        batch.array(Batch.LABELS)));
          }
        };
    List<String> warnings = new ArrayList<>();
    TrainingRun run = run(folder, 2, Optional.of(tracking(failing)));
    TrainingLog log =
        run.start(
            new Silent() {
              @Override
              public void epoch(Epoch epoch) {
                reads[0]++;
              }

              @Override
              public void warning(String message) {
                warnings.add(message);
              }
            });
    assertThat(log.epochs()).hasSize(2);
    assertThat(log.curvature()).extracting(TrainingLog.Curvature::epoch).containsExactly(0);
    assertThat(warnings)
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("the Hessian after epoch 2 cannot be measured: the gradient norm is NaN");
  }

  @Test
  void aRunGoesOnOnItsOwnExamplesAndNetworkOnly() throws IOException {
    TrainingRun run = run(folder, 1, Optional.empty());
    run.start(new Silent());
    RunState state = RunState.read(folder);
    TrainingRun onOthers =
        new TrainingRun(
            run.initial(),
            Images.draw(40, 3),
            run.test(),
            options(2).build(),
            run.tracking(),
            run.files(),
            run.heading());
    assertThatThrownBy(() -> onOthers.goOn(state, new Silent()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is of a run on other examples");
    ResNetConfig wider = new ResNetConfig(8, 3, Images.CLASSES, true, true, Shortcut.B);
    TrainingRun ofAnother =
        new TrainingRun(
            Initialization.draw(wider, 7),
            TRAIN,
            run.test(),
            options(2).build(),
            run.tracking(),
            run.files(),
            run.heading());
    assertThatThrownBy(() -> ofAnother.goOn(state, new Silent()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is not of this run");
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aRunWithoutBatchNormGoesOnToTheSameWeights(Precision precision) throws IOException {
    ResNetConfig plain = new ResNetConfig(8, 2, Images.CLASSES, true, false, Shortcut.A);
    TrainingOptions options =
        options(2)
            .precision(precision)
            .learningRate(new LearningRate.Steps(0.005, 0.1, List.of(6)))
            .build();
    Path whole = Files.createDirectory(folder.resolve("whole"));
    Path broken = Files.createDirectory(folder.resolve("broken"));
    run(plain, whole, options, Optional.empty(), Optional.empty()).start(new Silent());
    TrainingRun run = run(plain, broken, options, Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> run.start(new KilledAt(2, 2)))
        .isInstanceOf(CancellationException.class);
    run.goOn(RunState.read(broken), new Silent());
    assertThat(RunFiles.checkpoint(broken)).hasSameBinaryContentAs(RunFiles.checkpoint(whole));
  }

  @Test
  void startingOverLeavesNothingOfTheEarlierRun() throws IOException {
    Files.writeString(folder.resolve("net-epoch-007.pt"), "old");
    Files.writeString(folder.resolve("training.svg"), "old");
    Files.writeString(folder.resolve("notes.txt"), "the user's");
    run(folder, 1, Optional.empty()).start(new Silent());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("net.pt", "training.json", "state.safetensors", "notes.txt");
    }
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
    return run(folder, options(epochs).build(), tracking, tensorBoard);
  }

  private static TrainingOptions.Builder options(int epochs) {
    return TrainingOptions.builder()
        .epochs(epochs)
        .batchSize(BATCH)
        .learningRate(new LearningRate.Steps(0.05, 0.1, List.of(6)))
        .seed(7);
  }

  private static TrainingRun run(
      Path folder,
      TrainingOptions options,
      Optional<CurvatureTracking> tracking,
      Optional<Path> tensorBoard) {
    return run(CONFIG, folder, options, tracking, tensorBoard);
  }

  private static TrainingRun run(
      ResNetConfig config,
      Path folder,
      TrainingOptions options,
      Optional<CurvatureTracking> tracking,
      Optional<Path> tensorBoard) {
    ResNet initial = Initialization.draw(config, options.seed());
    return new TrainingRun(
        initial,
        TRAIN,
        TEST.inOrder(new ExampleOrder.Sequential()),
        options,
        tracking,
        new RunFiles(folder, Map.of("seed", "7"), 0, tensorBoard, Duration.ZERO),
        new TrainingLog(
            new Tool("hesse", "0", "2", "17", "cpu"),
            new TrainingLog.Model(config.toString(), initial.parameters().dimension()),
            new TrainingLog.Data("images", TRAIN.examples(), TEST.examples()),
            List.of(),
            List.of(),
            List.of()));
  }
}
