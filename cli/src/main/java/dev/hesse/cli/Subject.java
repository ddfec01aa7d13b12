package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.Curvature;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What is analysed: a model and the examples that its loss is taken over. */
sealed interface Subject permits CheckpointSubject, SavedModelSubject {

  /** The examples' options. */
  DataOptions data();

  /**
   * Reads the model and opens the data.
   *
   * @throws dev.hesse.io.BadInputException if a file is bad, or they do not go together
   */
  Loaded load(Console console) throws IOException;

  /**
   * Opens the data alone, where the model is known to go with it.
   *
   * @throws dev.hesse.io.BadInputException if a file is bad
   */
  BatchSource examples() throws IOException;

  /**
   * A model with its data.
   *
   * @param source the model's file or folder
   * @param sha256 of its files
   * @param architecture in a phrase
   * @param loss in a phrase, where it is not cross-entropy of a network's class scores
   * @param parameterRule how it is known which variables are parameters, where it could be another
   */
  record Loaded(
      LossModel model,
      BatchSource data,
      String source,
      String sha256,
      String architecture,
      Optional<String> loss,
      Optional<String> parameterRule) {}

  /**
   * Reads the options; opens no file.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static Subject from(Arguments arguments) {
    if (arguments.has(SavedModelOptions.SAVED_MODEL)) {
      SavedModelOptions model = SavedModelOptions.from(arguments);
      boolean ownLoss = model.objective().lossOutput().isPresent();
      Curvature curvature = EstimatorOptions.from(arguments).curvature();
      if (ownLoss && curvature != Curvature.HESSIAN) {
        throw usage(
            "--curvature %s is given with --loss-output, which leaves no outputs apart from the loss"
                .formatted(curvature.label()),
            "Name an --output and a --loss, or take the Hessian");
      }
      return new SavedModelSubject(model, DataOptions.forSavedModel(arguments, ownLoss));
    }
    List<CommandOption<?>> misplaced = SavedModelOptions.given(arguments);
    if (!misplaced.isEmpty()) {
      throw usage(
          "%s is given without --saved-model".formatted(misplaced.get(0).dashed()),
          "Name a SavedModel, or leave it out");
    }
    return new CheckpointSubject(ModelOptions.from(arguments), DataOptions.forImages(arguments));
  }
}
