package dev.hesse.models.serving;

import dev.hesse.io.AtomicFolder;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.PyTorchLayout;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.models.ResNetWeights;
import dev.hesse.models.TensorFlowWeights;
import dev.hesse.models.serving.ModelDescription.SourceTensor;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.tensorflow.proto.SavedModel;

/**
 * Writes a checkpoint of the CIFAR ResNet family as a SavedModel for TensorFlow Serving.
 *
 * <p>The signature {@code serving_default} takes {@code images}, N × 32 × 32 × 3 for any N, and
 * gives {@code logits} and {@code probabilities}, both float32 N × classes, and {@code class},
 * int64 N. The network computes in float32. Each tensor of the checkpoint becomes a variable of its
 * own element type, so that all keep their bits; in the graph a variable of another type than
 * float32 is converted where it is read.
 */
public final class SavedModelExport {
  /** What TensorFlow allows in names of operations. */
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9.][A-Za-z0-9_.-]*");

  private SavedModelExport() {}

  /**
   * Writes one version, whole or not at all: a server that polls the base path never sees a part of
   * it. Takes three times the checkpoint's memory.
   *
   * @param source whose tensors keep their names, unless these are TensorFlow's; then they get the
   *     network's, as {@link TensorFlowWeights} says
   * @param target a version folder, if its name is a whole number; otherwise a base path, which
   *     gets a new version after its highest, or version 1
   * @return the version folder
   * @throws BadInputException if the checkpoint is not of this architecture, as {@link ResNet#load}
   *     says, or holds a counter that cannot become a variable
   * @throws FileAlreadyExistsException if the version exists and may not be replaced
   */
  public static Path write(
      Checkpoint source, ResNetConfig config, Path target, ServingOptions options)
      throws IOException {
    Checkpoint checkpoint = TensorFlowWeights.toPyTorch(source);
    Path folder = SavedModelFolder.next(target);
    if (Files.exists(folder) && !options.overwrite()) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    ResNet.load(checkpoint, config);
    Map<String, StoredTensor> variables = new LinkedHashMap<>();
    List<SourceTensor> sources = new ArrayList<>();
    checkpoint
        .tensors()
        .forEach(
            (name, tensor) -> {
              String variable = ResNetWeights.canonicalName(name);
              requireVariable(name, tensor, checkpoint);
              if (variables.put(variable, PyTorchLayout.toGraph(tensor)) != null) {
                throw new BadInputException(
                    "%s: %s is there twice, under different names"
                        .formatted(checkpoint.path(), BadInputException.quote(variable)),
                    "Keep the tensors of one network only");
              }
              sources.add(new SourceTensor(name, variable, tensor.dtype()));
            });
    SavedModel model = ServingGraph.write(config, variables, options);
    ModelDescription description =
        new ModelDescription(
            canonical(config),
            options.rawImages(),
            options.normalization(),
            sources,
            checkpoint.metadata());
    AtomicFolder.write(
        folder,
        part -> {
          Path prefix = SavedModelFolder.variables(part);
          Path file = DescriptionFile.in(part);
          Files.createDirectories(prefix.getParent());
          Files.createDirectories(file.getParent());
          TensorBundle.write(prefix, variables);
          DescriptionFile.write(description, file);
          Files.write(SavedModelFolder.model(part), model.toByteArray());
        });
    return folder;
  }

  private static void requireVariable(String name, StoredTensor tensor, Checkpoint checkpoint) {
    try {
      ElementTypes.of(tensor.dtype());
    } catch (BadInputException e) {
      throw e.in(checkpoint.path() + ": " + BadInputException.quote(name));
    }
    if (!NODE_NAME.matcher(ResNetWeights.canonicalName(name)).matches()) {
      throw new BadInputException(
          "%s: TensorFlow allows no variable named %s"
              .formatted(checkpoint.path(), BadInputException.quote(name)),
          "Rename it with letters, digits and ._- only");
    }
  }

  /** Without residual connections there are no shortcuts, so all kinds of them are the same. */
  private static ResNetConfig canonical(ResNetConfig config) {
    return config.residual()
        ? config
        : new ResNetConfig(
            config.depth(),
            config.width(),
            config.classes(),
            false,
            config.batchNorm(),
            Shortcut.B);
  }
}
