package dev.hesse.cli;

import dev.hesse.models.serving.ModelWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Weights that the command line names.
 *
 * @param version of a SavedModel's base path, in place of the highest
 */
record Source(Path path, OptionalLong version) {

  static final CommandOption<Long> MODEL_VERSION =
      CommandOption.of(
              "model-version",
              ValueType.wholeLong(0, 999_999_999_999_999_999L),
              "which version of a SavedModel whose folder holds several")
          .withDefault("the highest");

  static Source from(Arguments arguments, Path path) {
    return new Source(
        path, arguments.get(MODEL_VERSION).map(OptionalLong::of).orElseGet(OptionalLong::empty));
  }

  /**
   * @throws dev.hesse.io.BadInputException as {@link ModelWeights#read} says
   */
  ModelWeights read() throws IOException {
    return ModelWeights.read(path, version);
  }
}
