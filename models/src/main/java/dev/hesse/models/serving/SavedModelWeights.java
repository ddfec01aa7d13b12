package dev.hesse.models.serving;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.PyTorchLayout;
import dev.hesse.models.ResNetWeights;
import dev.hesse.models.serving.ModelDescription.SourceTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a SavedModel.
 *
 * @param folder the version folder that they were read from
 * @param sha256 of the files with the variables, in lower-case hexadecimal
 * @param weights of a model that {@link SavedModelExport} wrote, the checkpoint's tensors as they
 *     were: names, order, element types, PyTorch's axis order and metadata; of any other model, its
 *     variables by their own names, in TensorFlow's axis order
 * @param description of a model that {@link SavedModelExport} wrote
 */
public record SavedModelWeights(
    Path folder, String sha256, Weights weights, @Nullable ModelDescription description) {

  /**
   * Reads the variables of a SavedModel, which may come from a stranger: its graph is not looked
   * at, nothing in it is run, and no more memory is taken than a small multiple of its files.
   *
   * @param path a version folder or a base path
   * @param version of a base path, in place of the highest
   * @throws BadInputException if there is no such model, it has no variables, its files are
   *     damaged, or its description is not true of it
   * @throws IOException if reading fails
   */
  public static SavedModelWeights read(Path path, OptionalLong version) throws IOException {
    Path folder = SavedModelFolder.find(path, version);
    Path prefix = SavedModelFolder.variables(folder);
    if (!Files.isDirectory(folder.resolve("variables"))) {
      throw new BadInputException(
          "%s has no variables: what weights it has are constants in its graph".formatted(folder),
          "Export it with variables");
    }
    Weights variables;
    String sha256;
    try (TensorBundle bundle = TensorBundle.open(prefix)) {
      variables = bundle.weights();
      sha256 = bundle.sha256();
    } catch (BadInputException e) {
      throw e.in(folder.toString());
    }
    Path file = DescriptionFile.in(folder);
    if (!Files.exists(file)) {
      return new SavedModelWeights(folder, sha256, variables, null);
    }
    ModelDescription description = DescriptionFile.read(file);
    try {
      Weights weights =
          new Weights(
              tensors(description, variables.tensors()),
              description.metadata(),
              variables.omitted());
      requireFit(description, weights, folder);
      return new SavedModelWeights(folder, sha256, weights, description);
    } catch (BadInputException e) {
      throw e.in(file.toString());
    }
  }

  /** Takes each variable once, so that no more memory is needed than for the variables. */
  private static Map<String, StoredTensor> tensors(
      ModelDescription description, Map<String, StoredTensor> variables) {
    Map<String, StoredTensor> left = new LinkedHashMap<>(variables);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (SourceTensor source : description.tensors()) {
      StoredTensor variable = left.remove(source.variable());
      if (variable == null) {
        throw untrue("no variable %s is left for a tensor".formatted(quote(source.variable())));
      }
      if (variable.dtype() != source.dtype()) {
        throw untrue(
            "variable %s is %s instead of %s"
                .formatted(
                    quote(source.variable()), variable.dtype().label(), source.dtype().label()));
      }
      if (tensors.put(source.name(), PyTorchLayout.fromGraph(variable)) != null) {
        throw untrue("tensor %s is there twice".formatted(quote(source.name())));
      }
    }
    if (!left.isEmpty()) {
      throw untrue(
          "%d variables are missing, such as %s"
              .formatted(left.size(), quote(left.keySet().iterator().next())));
    }
    return tensors;
  }

  private static void requireFit(ModelDescription description, Weights weights, Path folder) {
    ResNetWeights resNet = new ResNetWeights(folder, weights.tensors());
    if (!resNet.fittingConfigs().contains(description.config())) {
      throw untrue("the variables are not those of " + description.config());
    }
  }

  private static BadInputException untrue(String what) {
    return new BadInputException(what, DescriptionFile.REMEDY);
  }
}
