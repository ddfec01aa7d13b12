package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.io.data.Normalization;
import dev.hesse.io.report.TrainingLog.Option;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.train.LearningRate;
import dev.hesse.train.TrainingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the weights of a training run depend on beside its data: it must stay as it was for a run to
 * go on.
 *
 * @param normalization of the images
 */
record Recipe(
    int depth,
    int width,
    boolean residual,
    boolean batchNorm,
    Shortcut shortcut,
    Normalization normalization,
    int batchSize,
    LearningRate learningRate,
    double momentum,
    double weightDecay,
    boolean augment,
    long seed) {

  private static final int MOST = 1_000_000;

  /** How the learning rate goes down. */
  private enum Schedule {
    STEP,
    COSINE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final CommandOption<Integer> BATCH_SIZE =
      CommandOption.of("batch-size", ValueType.whole(1, MOST), "images per step")
          .withDefault(TrainingOptions.BATCH_SIZE_DEFAULT);
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
          .withDefault(TrainingOptions.DECAY_DEFAULT);
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

  static final Usage.Group NETWORK =
      new Usage.Group(
          "network",
          List.of(
              ModelOptions.ARCH,
              ModelOptions.DEPTH.withDefault(ResNetConfig.DEPTH_DEFAULT),
              ModelOptions.WIDTH.withDefault(ResNetConfig.WIDTH_DEFAULT),
              ModelOptions.SHORTCUT.withDefault(ResNetConfig.DEFAULT.shortcut()),
              ModelOptions.BATCH_NORM.withDefault(ResNetConfig.DEFAULT.batchNorm()),
              ModelOptions.RESIDUAL.withDefault(ResNetConfig.DEFAULT.residual())));

  static final Usage.Group DATA =
      new Usage.Group(
          "data", List.of(DataOptions.DATA_DIR, DataOptions.MEAN, DataOptions.STD, AUGMENT));

  static final List<CommandOption<?>> DESCENT =
      List.of(BATCH_SIZE, LR, SCHEDULE, LR_DECAY, LR_DECAY_EPOCH, MOMENTUM, WEIGHT_DECAY, SEED);

  static Recipe from(Arguments arguments, int epochs) {
    arguments.get(ModelOptions.ARCH);
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
        learningRate(arguments, epochs),
        arguments.get(MOMENTUM, TrainingOptions.MOMENTUM_DEFAULT),
        arguments.get(WEIGHT_DECAY, TrainingOptions.WEIGHT_DECAY_DEFAULT),
        arguments.get(AUGMENT, true),
        arguments.get(SEED, TrainingOptions.SEED_DEFAULT));
  }

  private static LearningRate learningRate(Arguments arguments, int epochs) {
    double initial = arguments.get(LR, TrainingOptions.LEARNING_RATE_DEFAULT);
    if (arguments.get(SCHEDULE, Schedule.STEP) == Schedule.STEP) {
      return new LearningRate.Steps(
          initial,
          arguments.get(LR_DECAY, TrainingOptions.DECAY_DEFAULT),
          arguments.get(LR_DECAY_EPOCH, TrainingOptions.DECAY_EPOCHS_DEFAULT));
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

  ResNetConfig network(int classes) {
    return new ResNetConfig(depth, width, classes, residual, batchNorm, shortcut);
  }

  /** The same as a log shows it. */
  List<Option> forLog() {
    List<Option> options = new ArrayList<>();
    options.add(new Option.Whole("batchSize", batchSize));
    if (learningRate instanceof LearningRate.Steps steps) {
      options.add(new Option.Text("schedule", Schedule.STEP.label()));
      options.add(new Option.Real("learningRate", steps.initial()));
      options.add(new Option.Real("learningRateDecay", steps.factor()));
      options.add(
          new Option.Text(
              "learningRateDecayEpochs",
              steps.milestones().stream().map(String::valueOf).collect(Collectors.joining(","))));
    } else {
      options.add(new Option.Text("schedule", Schedule.COSINE.label()));
      options.add(new Option.Real("learningRate", learningRate.at(1)));
    }
    options.add(new Option.Real("momentum", momentum));
    options.add(new Option.Real("weightDecay", weightDecay));
    options.add(new Option.Flag("augment", augment));
    options.add(new Option.Whole("seed", seed));
    return options;
  }
}
