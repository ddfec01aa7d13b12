package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.serving.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * A SavedModel of any origin, of which nothing is run. Its functions are written out, and its
 * variables are known by where its checkpoint keeps them.
 */
public final class SavedModels {
  /** The tag of models that are to be served. */
  public static final String TAG_DEFAULT = "serve";

  /** Graphs before this version gave a placeholder of an unknown shape that of a scalar. */
  static final int SCALAR_PLACEHOLDERS = 24;

  /** How many operations back from where it is used a row for each example is looked for. */
  private static final int TEXT_STEPS = 8;

  private final VersionFolder files;
  private final MetaGraphDef model;
  private final OperationOutputs operations;
  private @Nullable Map<String, NodeDef> nodes;
  private @Nullable RestoredVariables restored;

  /** The graph that was asked for last: what asks for one tends to ask again. */
  private @Nullable Written last;

  private final FunctionInliner functions;

  private SavedModels(Path folder, MetaGraphDef model) {
    this.files = new VersionFolder(folder);
    this.model = model;
    this.operations = new OperationOutputs(model.getMetaInfoDef().getStrippedOpList().getOpList());
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

  /** As {@link #open(Path, OptionalLong, String)}, the highest version and {@link #TAG_DEFAULT}. */
  public static SavedModels open(Path path) throws IOException {
    return open(path, OptionalLong.empty(), TAG_DEFAULT);
  }

  /** The version folder. */
  public Path folder() {
    return files.path();
  }

  /** Whether the model has weights beside its graph. */
  public boolean hasVariables() {
    return files.hasVariables();
  }

  /** The SHA-256 digest of {@code saved_model.pb} followed by the variables' files by name. */
  public String sha256() throws IOException {
    return files.sha256();
  }

  /**
   * A loss behind an output.
   *
   * @throws BadInputException if the output is not there, needs what is not fed, or depends on no
   *     variable; or the variables' files are damaged
   */
  public SavedModelLoss loss(SavedModelLoss.Spec spec) {
    return new SavedModelLoss(this, spec, 1);
  }

  /** Where the checkpoint keeps each variable. */
  private RestoredVariables restored() {
    RestoredVariables found = restored;
    if (found == null) {
      found = RestoredVariables.of(model, operations);
      restored = found;
    }
    return found;
  }

  TrainableVariables trainable(List<String> reached) {
    return TrainableVariables.of(model, reached, restored().keys());
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

  /** Whether a signature's input, or a tensor, has the name. */
  public boolean hasInput(String name) {
    return model.getSignatureDefMap().values().stream()
            .anyMatch(signature -> signature.containsInputs(name))
        || has(TensorName.of(name));
  }

  /** Whether there is such a tensor, or a function's call that it could be of. */
  boolean has(TensorName tensor) {
    String outermost = tensor.node();
    while (!nodes().containsKey(outermost) && outermost.contains("/")) {
      outermost = outermost.substring(0, outermost.lastIndexOf('/'));
    }
    return nodes().containsKey(outermost);
  }

  /** The shape of an input, as a signature or its placeholder says. */
  DeclaredShape declaredShape(TensorName tensor) {
    NodeDef node = nodes().get(tensor.node());
    Optional<AttrValue> ofNode =
        Optional.ofNullable(node == null ? null : node.getAttrMap().get("shape"));
    return Stream.concat(
            model.getSignatureDefMap().values().stream()
                .flatMap(signature -> signature.getInputsMap().values().stream())
                .filter(input -> TensorName.of(input.getName()).equals(tensor))
                .filter(TensorInfo::hasTensorShape)
                .map(TensorInfo::getTensorShape),
            ofNode.stream().map(AttrValue::getShape))
        .findFirst()
        .filter(shape -> shape.getDimCount() > 0 || saysScalars())
        .map(DeclaredShape::of)
        .orElseGet(() -> new DeclaredShape(Optional.empty()));
  }

  private boolean saysScalars() {
    return model.getGraphDef().getVersions().getProducer() >= SCALAR_PLACEHOLDERS;
  }

  private Map<String, NodeDef> nodes() {
    Map<String, NodeDef> byName = nodes;
    if (byName == null) {
      byName = new HashMap<>();
      for (NodeDef node : model.getGraphDef().getNodeList()) {
        byName.put(node.getName(), node);
      }
      nodes = byName;
    }
    return byName;
  }

  /**
   * What is in the model.
   *
   * @throws BadInputException if the graph is damaged
   */
  public ModelContents contents() {
    return ModelContents.of(model, functions, operations);
  }

  /** The signatures by name. */
  public Map<String, SignatureDef> signatures() {
    return model.getSignatureDefMap();
  }

  /**
   * The loss of this model over some arrays, as options say and otherwise as model and labels do:
   * names become tensors, examples are held against the shapes that the inputs declare, labels
   * against the output.
   *
   * <p>Cost: the graph is written out and imported, which takes about a second for a large one, and
   * once more if several outputs could be meant.
   *
   * @throws BadInputException if names are not the model's, arrays do not fit it, or it is unclear
   *     what is meant; it says what there is
   */
  public Objective objective(LabelledArrays arrays, ObjectiveOptions options) {
    return new ObjectiveFinder(this, arrays, options).find();
  }

  /**
   * The inputs of the requests that the model brings along, by a signature's names for them.
   *
   * @param signature otherwise the default one, or the only one
   * @throws BadInputException if there are none, or their file is damaged
   */
  public Map<String, DataArray> warmupRequests(Optional<String> signature) throws IOException {
    return WarmupRequests.read(
        files.path(), SignatureTensors.of(this, signature, /* optional= */ false).name());
  }

  /**
   * The types of the inputs of a signature, by its names for them.
   *
   * @param signature otherwise the default one, or the only one; without any there are none
   */
  public Map<String, DataType> inputTypes(Optional<String> signature) {
    Map<String, DataType> types = new LinkedHashMap<>();
    SignatureTensors.of(this, signature, /* optional= */ true)
        .inputs()
        .forEach((name, input) -> types.put(name, input.getDtype()));
    return types;
  }

  /**
   * The placeholders, or fed tensors, that some tensors need.
   *
   * @param fed tensors that could be fed
   */
  List<TensorName> needed(List<TensorName> outputs, List<FedTensor> fed) {
    FlatGraph cut = cut(outputs, fed).graph();
    return Stream.concat(
            fed.stream()
                .filter(tensor -> cut.nodes().containsKey(tensor.placeholder()))
                .map(FedTensor::tensor),
            Cut.missing(cut, fed).stream())
        .toList();
  }

  /**
   * The numbers that the model makes of texts before any variable, with a row for each example, by
   * tensor.
   *
   * @param fed every input that the outputs need, as constants
   * @throws BadInputException if that takes what must not be run
   */
  Map<TensorName, StoredTensor> madeOfTexts(
      List<TensorName> outputs, List<FedTensor> fed, long examples) {
    Computation cut = cut(outputs, fed);
    FlatGraph looked = TableLookups.rewrite(cut.graph(), model, operations).neededBy(cut.targets());
    TextPrefix prefix = new TextPrefix(looked, operations);
    List<TensorName> ends = prefix.ends(cut.targets());
    Map<TensorName, StoredTensor> made = new LinkedHashMap<>();
    // What has no row for each example, such as a mask by time, is made of what has.
    for (int step = 0; step < TEXT_STEPS && !ends.isEmpty(); step++) {
      Computation part =
          ControlFlow.expand(new Computation(looked.neededBy(ends), ends), functions, operations);
      OperationPolicy.check(part.graph(), operations);
      made.putAll(TextPrefix.compute(part, ends, examples));
      ends =
          ends.stream()
              .filter(end -> !made.containsKey(end))
              .flatMap(end -> prefix.before(end).stream())
              .filter(end -> !made.containsKey(end))
              .distinct()
              .toList();
    }
    return made;
  }

  /**
   * The flat graph of some tensors, with the inputs and variables that they need.
   *
   * @param fed tensors that will be fed, which cut the graph
   * @throws BadInputException if the graph is damaged or does what it must not
   */
  InferenceGraph graph(List<TensorName> outputs, List<FedTensor> fed) {
    Request request = new Request(List.copyOf(outputs), Set.copyOf(fed));
    Written found = last;
    if (found == null || !found.request().equals(request)) {
      found = new Written(request, write(outputs, fed));
      last = found;
    }
    return found.graph();
  }

  private record Request(List<TensorName> outputs, Set<FedTensor> fed) {}

  private record Written(Request request, InferenceGraph graph) {}

  private InferenceGraph write(List<TensorName> outputs, List<FedTensor> fed) {
    Computation cut = cut(outputs, fed);
    List<TensorName> missing = Cut.missing(cut.graph(), fed);
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "the output needs %s, which nothing is given for"
              .formatted(
                  missing.stream()
                      .map(tensor -> BadInputException.quote(tensor.toString()))
                      .collect(Collectors.joining(", "))),
          "Give --input NAME=FILE for each");
    }
    Computation expanded = ControlFlow.expand(cut, functions, operations);
    FlatGraph looked =
        TableLookups.rewrite(expanded.graph().whole(operations), model, operations)
            .neededBy(expanded.targets());
    VariableReads.Read read =
        VariableReads.rewrite(looked, expanded.targets(), new SharedVariables(model.getGraphDef()));
    OperationPolicy.check(read.graph(), operations);
    read.targets().forEach(t -> operations.requireOutput(read.graph().node(t), t.index()));
    Map<String, StoredTensor> values =
        read.variables().isEmpty()
            ? Map.of()
            : restored().values(read.variables(), files.checkpoint());
    return new InferenceGraph(
        ConstantFolding.fold(VariableValues.write(read.graph(), values), read.targets()),
        read.targets(),
        read.variables(),
        values);
  }

  private Computation cut(List<TensorName> outputs, List<FedTensor> fed) {
    List<TensorName> tensors =
        Stream.concat(outputs.stream(), fed.stream().map(FedTensor::tensor)).toList();
    Computation inlined = functions.inline(tensors);
    List<TensorName> targets = inlined.targets().subList(0, outputs.size());
    List<TensorName> cuts = inlined.targets().subList(outputs.size(), tensors.size());
    return new Computation(Cut.at(fed, cuts, inlined.graph().whole(operations), targets), targets);
  }
}
