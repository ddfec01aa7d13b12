package dev.hesse.cli;

import dev.hesse.models.serving.ModelWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Weights that the command line names.
 *
 * @param version of a SavedModel's base path, in place of the highest
 * @param renamings of tensors, one after the other
 */
record Source(Path path, OptionalLong version, List<Renaming> renamings) {

  static final CommandOption<Long> MODEL_VERSION =
      CommandOption.of(
              "model-version",
              ValueType.wholeLong(0, 999_999_999_999_999_999L),
              "which version of a SavedModel whose folder holds several")
          .withDefault("the highest");
  static final CommandOption<Renaming> RENAME =
      CommandOption.of(
              "rename",
              Renaming.TYPE,
              "replace what a regular expression matches in tensors' names; may be given several"
                  + " times")
          .asRepeatable();

  /** Help on {@link #RENAME}. */
  static final String ON_RENAMING =
      "A --rename is split at its first = that is not after a backslash nor part of (?= or (?<=."
          + " REGEX and REPLACEMENT are those of Java's String.replaceAll: $1 is what the first"
          + " group matched. Several rules are applied in the order given, each to all names.";

  static Source from(Arguments arguments, Path path) {
    return new Source(path, version(arguments), arguments.all(RENAME));
  }

  static OptionalLong version(Arguments arguments) {
    return arguments.get(MODEL_VERSION).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /**
   * Reads and renames; says which rules match no name.
   *
   * @throws dev.hesse.io.BadInputException as {@link ModelWeights#read} says
   * @throws CommandException as {@link Renaming#apply} says
   */
  ModelWeights read(Console console) throws IOException {
    ModelWeights weights = ModelWeights.read(path, version);
    return new ModelWeights(
        Renaming.apply(renamings, weights.checkpoint(), console), weights.description());
  }
}
