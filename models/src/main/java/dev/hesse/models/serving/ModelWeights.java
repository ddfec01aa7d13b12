package dev.hesse.models.serving;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.TensorFlowWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Weights from any file or folder that holds some.
 *
 * @param description of a SavedModel that {@link SavedModelExport} wrote
 */
public record ModelWeights(Checkpoint checkpoint, Optional<ModelDescription> description) {

  /** The architecture, where the source states it. */
  public Optional<ResNetConfig> config() {
    return description.map(ModelDescription::config);
  }

  /** Whether the tensors are known to have PyTorch's axis order. */
  public boolean isInPyTorchOrder() {
    return switch (checkpoint.format()) {
      case PYTORCH_ZIP, PYTORCH_LEGACY -> true;
      case SAFETENSORS, NPZ, TENSORFLOW_CHECKPOINT, SAVED_MODEL ->
          description.isPresent() || TensorFlowWeights.isInPyTorchOrder(checkpoint);
    };
  }

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
            model.weights().metadata(),
            model.weights().omitted());
    return new ModelWeights(checkpoint, Optional.ofNullable(model.description()));
  }
}
