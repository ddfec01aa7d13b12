package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.Device;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.report.TrainingLog.Option;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.train.LearningRate;
import dev.hesse.train.TrainingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * All that {@code hesse train} can be told.
 *
 * @param data folder with the images
 * @param recipe what the weights depend on beside the data
 * @param saveEvery 0 for no checkpoints on the way
 */
record TrainOptions(
    Path data,
    Recipe recipe,
    int epochs,
    Path folder,
    boolean force,
    int saveEvery,
    Optional<Path> tensorBoard,
    ComputeOptions computation,
    OutputOptions output) {

  static final Path FOLDER_DEFAULT = Path.of("checkpoints");
  private static final List<Integer> DECAY_EPOCHS_DEFAULT = List.of(80, 120);
  private static final double DECAY_DEFAULT = 0.1;
  private static final int MOST = 1_000_000;

  /** How the learning rate goes down. */
  private enum Schedule {
    STEP,
    COSINE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What must stay as it was for a run to go on.
   *
   * @param normalization of the images
   * @param tracking how the Hessian is followed, if it is
   */
  record Recipe(
      int depth,
      int width,
      boolean residual,
      boolean batchNorm,
      Shortcut shortcut,
      Normalization normalization,
      int batchSize,
      int testBatchSize,
      LearningRate learningRate,
      double momentum,
      double weightDecay,
      boolean augment,
      long seed,
      Optional<TrackingOptions> tracking) {

    ResNetConfig network(int classes) {
      return new ResNetConfig(depth, width, classes, residual, batchNorm, shortcut);
    }
  }

  private static final CommandOption<Integer> BATCH_SIZE =
      CommandOption.of("batch-size", ValueType.whole(1, MOST), "images per step")
          .withDefault(TrainingOptions.BATCH_SIZE_DEFAULT);
  private static final CommandOption<Integer> TEST_BATCH_SIZE =
      CommandOption.of("test-batch-size", ValueType.whole(1, MOST), "images at once when testing")
          .withDefault(TrainingOptions.TEST_BATCH_SIZE_DEFAULT);
  private static final CommandOption<Integer> EPOCHS =
      CommandOption.of("epochs", ValueType.whole(1, MOST), "passes over the training images")
          .withDefault(TrainingOptions.EPOCHS_DEFAULT);
  private static final CommandOption<Double> LR =
      CommandOption.of("lr", ValueType.between(0, 1e6), "learning rate at the start")
          .withDefault(TrainingOptions.LEARNING_RATE_DEFAULT);
  private static final CommandOption<Schedule> SCHEDULE =
      CommandOption.of(
              "lr-schedule",
              ValueType.choice(Schedule.class, Schedule::label),
              "step multiplies it by --lr-decay, cosine leads to nearly 0 in the last epoch")
          .withDefault(Schedule.STEP.label());
  private static final CommandOption<Double> LR_DECAY =
      CommandOption.of("lr-decay", ValueType.between(0, 1e6), "its factor at each step")
          .withDefault(DECAY_DEFAULT);
  private static final CommandOption<List<Integer>> LR_DECAY_EPOCH =
      CommandOption.of(
              "lr-decay-epoch", ValueType.whole(1, MOST).list(), "epochs after which it steps")
          .withDefault("80,120");
  private static final CommandOption<Double> MOMENTUM =
      CommandOption.of("momentum", ValueType.between(-Double.MIN_VALUE, 1), "of SGD")
          .withDefault(TrainingOptions.MOMENTUM_DEFAULT);
  private static final CommandOption<Double> WEIGHT_DECAY =
      CommandOption.of(
              "weight-decay",
              ValueType.between(-Double.MIN_VALUE, 1e6),
              "multiple of each parameter that is added to its gradient")
          .withDefault(TrainingOptions.WEIGHT_DECAY_DEFAULT);
  private static final CommandOption<Boolean> AUGMENT =
      CommandOption.of(
              "augment",
              ValueType.TRUTH,
              "random crops with a margin of 4 pixels, random horizontal flips")
          .withDefault(true);
  private static final CommandOption<Long> SEED =
      CommandOption.of(
              "seed", DataOptions.SEED.type(), "of initial weights, order, crops and flips")
          .withDefault(TrainingOptions.SEED_DEFAULT);
  static final CommandOption<Path> SAVING_FOLDER =
      CommandOption.of("saving-folder", ValueType.FOLDER, "where checkpoints, log and state go")
          .withDefault(FOLDER_DEFAULT + "/");
  static final CommandOption<Boolean> CONTINUE =
      CommandOption.flag(
          "continue", "go on with the run in --saving-folder, with the options that it was given");
  private static final CommandOption<Boolean> FORCE =
      CommandOption.flag("force", "start over where an unfinished run is in --saving-folder");
  private static final CommandOption<Integer> SAVE_EVERY =
      CommandOption.of(
          "save-every",
          ValueType.whole(1, MOST),
          "also keep the weights after every N epochs: net-epoch-NNN.pt");
  private static final CommandOption<Path> TENSORBOARD =
      CommandOption.of("tensorboard", ValueType.FOLDER, "write event files for TensorBoard there");

  static final List<Usage.Group> GROUPS =
      List.of(
          new Usage.Group(
              "network",
              List.of(
                  ModelOptions.ARCH,
                  ModelOptions.DEPTH.withDefault(ResNetConfig.DEPTH_DEFAULT),
                  ModelOptions.WIDTH.withDefault(ResNetConfig.WIDTH_DEFAULT),
                  ModelOptions.SHORTCUT.withDefault(ResNetConfig.DEFAULT.shortcut()),
                  ModelOptions.BATCH_NORM.withDefault(ResNetConfig.DEFAULT.batchNorm()),
                  ModelOptions.RESIDUAL.withDefault(ResNetConfig.DEFAULT.residual()))),
          new Usage.Group(
              "data", List.of(DataOptions.DATA_DIR, DataOptions.MEAN, DataOptions.STD, AUGMENT)),
          new Usage.Group(
              "training",
              List.of(
                  EPOCHS,
                  BATCH_SIZE,
                  TEST_BATCH_SIZE,
                  LR,
                  SCHEDULE,
                  LR_DECAY,
                  LR_DECAY_EPOCH,
                  MOMENTUM,
                  WEIGHT_DECAY,
                  SEED)),
          TrackingOptions.GROUP,
          ComputeOptions.GROUP,
          new Usage.Group(
              "output",
              List.of(
                  SAVING_FOLDER,
                  CONTINUE,
                  FORCE,
                  SAVE_EVERY,
                  TENSORBOARD,
                  OutputOptions.JSON,
                  OutputOptions.QUIET,
                  OutputOptions.VERBOSE)));

  /**
   * Reads and checks the options; opens no file.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static TrainOptions from(Arguments arguments) {
    Path data =
        arguments
            .get(DataOptions.DATA_DIR)
            .orElseThrow(
                () ->
                    usage(
                        "there is no data",
                        "Give --data-dir DIR, or make some: hesse data make --out DIR"));
    int epochs = arguments.get(EPOCHS, TrainingOptions.EPOCHS_DEFAULT);
    return new TrainOptions(
        data,
        recipe(arguments, epochs),
        epochs,
        arguments.get(SAVING_FOLDER, FOLDER_DEFAULT),
        arguments.has(FORCE),
        arguments.get(SAVE_EVERY, 0),
        arguments.get(TENSORBOARD),
        ComputeOptions.from(arguments),
        OutputOptions.from(arguments));
  }

  private static Recipe recipe(Arguments arguments, int epochs) {
    arguments.get(ModelOptions.ARCH);
    long seed = arguments.get(SEED, TrainingOptions.SEED_DEFAULT);
    return new Recipe(
        arguments.get(ModelOptions.DEPTH, ResNetConfig.DEPTH_DEFAULT),
        arguments.get(ModelOptions.WIDTH, ResNetConfig.WIDTH_DEFAULT),
        arguments.get(ModelOptions.RESIDUAL, ResNetConfig.DEFAULT.residual()),
        arguments.get(ModelOptions.BATCH_NORM, ResNetConfig.DEFAULT.batchNorm()),
        arguments.get(ModelOptions.SHORTCUT, ResNetConfig.DEFAULT.shortcut()),
        new Normalization(
            arguments.get(DataOptions.MEAN, Normalization.CIFAR.mean()),
            arguments.get(DataOptions.STD, Normalization.CIFAR.std())),
        arguments.get(BATCH_SIZE, TrainingOptions.BATCH_SIZE_DEFAULT),
        arguments.get(TEST_BATCH_SIZE, TrainingOptions.TEST_BATCH_SIZE_DEFAULT),
        learningRate(arguments, epochs),
        arguments.get(MOMENTUM, TrainingOptions.MOMENTUM_DEFAULT),
        arguments.get(WEIGHT_DECAY, TrainingOptions.WEIGHT_DECAY_DEFAULT),
        arguments.get(AUGMENT, true),
        seed,
        TrackingOptions.from(arguments));
  }

  private static LearningRate learningRate(Arguments arguments, int epochs) {
    double initial = arguments.get(LR, TrainingOptions.LEARNING_RATE_DEFAULT);
    if (arguments.get(SCHEDULE, Schedule.STEP) == Schedule.STEP) {
      return new LearningRate.Steps(
          initial,
          arguments.get(LR_DECAY, DECAY_DEFAULT),
          arguments.get(LR_DECAY_EPOCH, DECAY_EPOCHS_DEFAULT));
    }
    for (CommandOption<?> option : List.of(LR_DECAY, LR_DECAY_EPOCH)) {
      if (arguments.has(option)) {
        throw usage(
            "%s is given with --lr-schedule cosine".formatted(option.dashed()),
            "Leave it out: it is for --lr-schedule step");
      }
    }
    return new LearningRate.Cosine(initial, epochs);
  }

  /** The same for the library. */
  TrainingOptions on(Device device) {
    return new TrainingOptions(
        epochs,
        recipe.batchSize(),
        recipe.testBatchSize(),
        recipe.learningRate(),
        recipe.momentum(),
        recipe.weightDecay(),
        recipe.augment(),
        recipe.seed(),
        computation.precision(),
        device);
  }

  /** The same as a log shows it. */
  List<Option> forLog() {
    List<Option> options = new ArrayList<>();
    options.add(new Option.Whole("epochs", epochs));
    options.add(new Option.Whole("batchSize", recipe.batchSize()));
    options.add(new Option.Whole("testBatchSize", recipe.testBatchSize()));
    if (recipe.learningRate() instanceof LearningRate.Steps steps) {
      options.add(new Option.Text("schedule", Schedule.STEP.label()));
      options.add(new Option.Real("learningRate", steps.initial()));
      options.add(new Option.Real("learningRateDecay", steps.factor()));
      options.add(
          new Option.Text(
              "learningRateDecayEpochs",
              steps.milestones().stream().map(String::valueOf).collect(Collectors.joining(","))));
    } else {
      options.add(new Option.Text("schedule", Schedule.COSINE.label()));
      options.add(new Option.Real("learningRate", recipe.learningRate().at(1)));
    }
    options.add(new Option.Real("momentum", recipe.momentum()));
    options.add(new Option.Real("weightDecay", recipe.weightDecay()));
    options.add(new Option.Flag("augment", recipe.augment()));
    options.add(new Option.Whole("seed", recipe.seed()));
    return options;
  }
}
