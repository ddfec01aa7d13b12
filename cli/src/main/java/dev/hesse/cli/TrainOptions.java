package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.Device;
import dev.hesse.io.report.TrainingLog.Option;
import dev.hesse.models.Precision;
import dev.hesse.train.TrainingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that {@code hesse train} can be told.
 *
 * @param data folder with the images
 * @param tracking how the Hessian is followed, if it is
 * @param saveEvery 0 for no checkpoints on the way
 */
record TrainOptions(
    Path data,
    Recipe recipe,
    int epochs,
    int testBatchSize,
    Optional<TrackingOptions> tracking,
    Path folder,
    boolean force,
    int saveEvery,
    Optional<Path> tensorBoard,
    ComputeOptions computation,
    OutputOptions output) {

  static final Path FOLDER_DEFAULT = Path.of("checkpoints");
  private static final int MOST = 1_000_000;

  private static final CommandOption<Integer> EPOCHS =
      CommandOption.of("epochs", ValueType.whole(1, MOST), "passes over the training images")
          .withDefault(TrainingOptions.EPOCHS_DEFAULT);
  private static final CommandOption<Integer> TEST_BATCH_SIZE =
      CommandOption.of("test-batch-size", ValueType.whole(1, MOST), "images at once when testing")
          .withDefault(TrainingOptions.TEST_BATCH_SIZE_DEFAULT);
  static final CommandOption<Path> SAVING_FOLDER =
      CommandOption.of("saving-folder", ValueType.FOLDER, "where checkpoints, log and state go")
          .withDefault(FOLDER_DEFAULT + "/");
  static final CommandOption<Boolean> CONTINUE =
      CommandOption.flag(
          "continue", "go on with the run in --saving-folder, with the options that it was given");
  static final CommandOption<Boolean> FORCE =
      CommandOption.flag("force", "start over where a run is in --saving-folder");
  private static final CommandOption<Integer> SAVE_EVERY =
      CommandOption.of(
          "save-every",
          ValueType.whole(1, MOST),
          "also keep the weights after every N epochs: net-epoch-NNN.pt");
  static final CommandOption<Path> TENSORBOARD =
      CommandOption.of("tensorboard", ValueType.FOLDER, "write event files for TensorBoard there");

  static final List<Usage.Group> GROUPS =
      List.of(
          Recipe.NETWORK,
          Recipe.DATA,
          new Usage.Group(
              "training",
              Stream.concat(Stream.of(EPOCHS, TEST_BATCH_SIZE), Recipe.DESCENT.stream()).toList()),
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
        Recipe.from(arguments, epochs),
        epochs,
        arguments.get(TEST_BATCH_SIZE, TrainingOptions.TEST_BATCH_SIZE_DEFAULT),
        TrackingOptions.from(arguments),
        arguments.get(SAVING_FOLDER, FOLDER_DEFAULT),
        arguments.has(FORCE),
        arguments.get(SAVE_EVERY, 0),
        arguments.get(TENSORBOARD),
        ComputeOptions.from(arguments),
        OutputOptions.from(arguments));
  }

  /** The same for the library. */
  TrainingOptions on(Device device) {
    return TrainingOptions.builder()
        .epochs(epochs)
        .batchSize(recipe.batchSize())
        .testBatchSize(testBatchSize)
        .learningRate(recipe.learningRate())
        .momentum(recipe.momentum())
        .weightDecay(recipe.weightDecay())
        .augment(recipe.augment())
        .seed(recipe.seed())
        .precision(computation.precision(Precision.FLOAT32))
        .device(device)
        .build();
  }

  /** The same as a log shows it. */
  List<Option> forLog() {
    List<Option> options = new ArrayList<>();
    options.add(new Option.Whole("epochs", epochs));
    options.add(new Option.Whole("testBatchSize", testBatchSize));
    options.addAll(recipe.forLog());
    return options;
  }
}
