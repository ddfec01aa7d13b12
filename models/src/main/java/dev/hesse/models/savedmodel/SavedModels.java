package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.models.serving.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;

/**
 * A SavedModel of any origin, of which nothing is run. Its functions are written out, and its
 * variables are known by where its checkpoint keeps them.
 */
public final class SavedModels {
  /** The tag of models that are to be served. */
  public static final String TAG_DEFAULT = "serve";

  private final Path folder;
  private final MetaGraphDef model;
  private final OperationOutputs operations = new OperationOutputs();

  private SavedModels(Path folder, MetaGraphDef model) {
    this.folder = folder;
    this.model = model;
  }

  /**
   * Reads a model's graph.
   *
   * @param path a version folder or a base path
   * @param version of a base path, in place of the highest
   * @throws BadInputException if there is no such model, or its file is damaged
   */
  public static SavedModels open(Path path, OptionalLong version, String tag) throws IOException {
    Path folder = SavedModelFolder.find(path, version);
    return new SavedModels(folder, SavedModelFile.read(folder, tag));
  }

  /** The version folder. */
  public Path folder() {
    return folder;
  }

  /** The signatures by name. */
  public Map<String, SignatureDef> signatures() {
    return model.getSignatureDefMap();
  }

  /**
   * The flat graph of some tensors, with the inputs and variables that they need.
   *
   * @param fed tensors that will be fed, which cut the graph
   * @throws BadInputException if the graph is damaged or does what it must not
   */
  InferenceGraph graph(List<TensorName> outputs, List<FedTensor> fed) {
    List<TensorName> tensors =
        Stream.concat(outputs.stream(), fed.stream().map(FedTensor::tensor)).toList();
    FunctionInliner.Inlined inlined =
        new FunctionInliner(model.getGraphDef(), operations, /* controls= */ false).inline(tensors);
    List<TensorName> targets = inlined.targets().subList(0, outputs.size());
    FlatGraph cut = Cut.at(fed, inlined.graph(), targets);
    VariableReads.Read read = VariableReads.rewrite(cut, targets);
    OperationPolicy.check(read.graph(), operations);
    return new InferenceGraph(
        ConstantFolding.fold(read.graph(), read.targets(), operations),
        read.targets(),
        read.variables(),
        RestoredVariables.keys(model, operations));
  }
}
