package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Weights;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.serving.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

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
  private final FunctionInliner functions;

  private SavedModels(Path folder, MetaGraphDef model) {
    this.folder = folder;
    this.model = model;
    this.functions =
        new FunctionInliner(
            LoopFrames.rewrite(model.getGraphDef()), operations, /* controls= */ false);
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

  /**
   * A loss behind an output.
   *
   * @throws BadInputException if the output is not there, needs what is not fed, or depends on no
   *     variable; or the variables' files are damaged
   */
  public SavedModelLoss loss(SavedModelLoss.Spec spec) throws IOException {
    Weights variables;
    try {
      variables = TensorBundle.read(folder.resolve("variables").resolve("variables"));
    } catch (BadInputException e) {
      throw e.in(folder.toString());
    }
    return new SavedModelLoss(this, spec, variables.tensors());
  }

  TrainableVariables trainable(List<String> reached) {
    return TrainableVariables.of(model, reached);
  }

  OperationOutputs operations() {
    return operations;
  }

  /**
   * The element type of a tensor, as a signature or its node says.
   *
   * @throws BadInputException if neither says it
   */
  DataType elementType(String tensor) {
    TensorName name = TensorName.of(tensor);
    return model.getSignatureDefMap().values().stream()
        .flatMap(signature -> signature.getInputsMap().values().stream())
        .filter(input -> TensorName.of(input.getName()).equals(name))
        .map(TensorInfo::getDtype)
        .findFirst()
        .orElseGet(() -> typeInGraph(name));
  }

  private DataType typeInGraph(TensorName tensor) {
    Computation inlined = functions.inline(List.of(tensor));
    TensorName found = inlined.targets().get(0);
    return operations.type(inlined.graph().node(found), found.index());
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
    Computation inlined = functions.inline(tensors);
    List<TensorName> targets = inlined.targets().subList(0, outputs.size());
    FlatGraph cut = Cut.at(fed, inlined.graph(), targets);
    Computation expanded = ControlFlow.expand(new Computation(cut, targets), functions, operations);
    FlatGraph looked =
        TableLookups.rewrite(expanded.graph(), model, operations).neededBy(expanded.targets());
    VariableReads.Read read = VariableReads.rewrite(looked, expanded.targets());
    OperationPolicy.check(read.graph(), operations);
    return new InferenceGraph(
        ConstantFolding.fold(read.graph(), read.targets(), operations),
        read.targets(),
        read.variables(),
        RestoredVariables.keys(model, operations));
  }
}
