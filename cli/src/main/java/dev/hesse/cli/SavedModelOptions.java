package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.models.Loss;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Which SavedModel, and which loss of it.
 *
 * @param version of a base path, in place of the highest
 */
record SavedModelOptions(Path path, OptionalLong version, String tag, ObjectiveOptions objective) {

  static final CommandOption<Path> SAVED_MODEL =
      CommandOption.of(
          "saved-model",
          ValueType.FOLDER,
          "any TensorFlow SavedModel, or a Serving base path, in place of --resume");
  static final CommandOption<String> TAG =
      CommandOption.of("tag", ValueType.TEXT, "which of a SavedModel's graphs")
          .withDefault(SavedModels.TAG_DEFAULT);
  private static final CommandOption<String> SIGNATURE =
      CommandOption.of(
              "signature", ValueType.TEXT, "by which inputs and outputs are named and found")
          .withDefault("serving_default, or the only one");
  private static final CommandOption<String> OUTPUT =
      CommandOption.of(
              "output", ValueType.TEXT, "what the loss is taken of: an output, or any tensor")
          .withDefault("the signature's only one of floating-point numbers");
  private static final CommandOption<Loss> LOSS =
      CommandOption.of("loss", ValueType.choice(Loss.class, Loss::label), "of output and labels")
          .withDefault("by the output's softmax or sigmoid, else by the labels");
  private static final CommandOption<String> LOSS_OUTPUT =
      CommandOption.of(
          "loss-output",
          ValueType.TEXT,
          "a tensor that is the loss already, in place of --output; labels are inputs then");

  private static final CommandOption<Boolean> FROM_PROBABILITIES =
      CommandOption.flag(
          "from-probabilities",
          "leave the output's softmax or sigmoid on it, and take cross-entropy of its values");
  private static final CommandOption<Pattern> PARAMETERS =
      CommandOption.of(
              "parameters",
              ValueType.PATTERN,
              "the variables to differentiate by: those whose names it matches in some part")
          .withDefault("the trainable ones, as the model says");
  private static final CommandOption<Pattern> EXCLUDE =
      CommandOption.of("exclude", ValueType.PATTERN, "and which of these not");

  static final Usage.Group GROUP =
      new Usage.Group(
          "SavedModel",
          List.of(
              SAVED_MODEL,
              TAG,
              SIGNATURE,
              OUTPUT,
              LOSS,
              FROM_PROBABILITIES,
              LOSS_OUTPUT,
              PARAMETERS,
              EXCLUDE));

  static SavedModelOptions from(Arguments arguments) {
    for (CommandOption<?> option : ModelOptions.ONLY_CHECKPOINTS) {
      if (arguments.has(option)) {
        throw usage(
            "%s is given with --saved-model".formatted(option.dashed()),
            option.equals(ModelOptions.RESUME)
                ? "Leave out one of the two models"
                : "Leave it out: it is for --resume");
      }
    }
    Optional<String> lossOutput = arguments.get(LOSS_OUTPUT);
    for (CommandOption<?> option : List.of(OUTPUT, LOSS, FROM_PROBABILITIES)) {
      if (lossOutput.isPresent() && arguments.has(option)) {
        throw usage(
            "--loss-output is given with %s".formatted(option.dashed()),
            "Leave out one: the graph's own loss, or one of an output");
      }
    }
    return new SavedModelOptions(
        arguments.get(SAVED_MODEL).orElseThrow(),
        Source.version(arguments),
        arguments.get(TAG, SavedModels.TAG_DEFAULT),
        new ObjectiveOptions(
            arguments.get(SIGNATURE),
            arguments.get(OUTPUT),
            lossOutput,
            arguments.get(LOSS),
            arguments.has(FROM_PROBABILITIES),
            arguments.get(PARAMETERS),
            arguments.get(EXCLUDE)));
  }

  /**
   * Reads the graph.
   *
   * @throws dev.hesse.io.BadInputException as {@link SavedModels#open} says
   */
  SavedModels open() throws IOException {
    return SavedModels.open(path, version, tag);
  }

  /** Those of the group's options that are given. */
  static List<CommandOption<?>> given(Arguments arguments) {
    return GROUP.options().stream().filter(arguments::has).toList();
  }
}
