package dev.hesse.models.serving;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Weights from any file or folder that holds some.
 *
 * @param config the architecture, where the source states it
 */
public record ModelWeights(Checkpoint checkpoint, Optional<ResNetConfig> config) {

  /**
   * Reads a checkpoint in any format, or the variables of a SavedModel.
   *
   * @param version of a SavedModel's base path, in place of the highest
   * @throws dev.hesse.io.BadInputException as {@link Checkpoint#read} and {@link
   *     SavedModelWeights#read} say
   */
  public static ModelWeights read(Path path, OptionalLong version) throws IOException {
    if (version.isEmpty() && !SavedModelFolder.isSavedModel(path)) {
      return new ModelWeights(Checkpoint.read(path), Optional.empty());
    }
    SavedModelWeights model = SavedModelWeights.read(path, version);
    Checkpoint checkpoint =
        new Checkpoint(
            model.folder(),
            Format.SAVED_MODEL,
            model.sha256(),
            model.weights().tensors(),
            model.weights().metadata());
    return new ModelWeights(
        checkpoint, Optional.ofNullable(model.description()).map(ModelDescription::config));
  }
}
