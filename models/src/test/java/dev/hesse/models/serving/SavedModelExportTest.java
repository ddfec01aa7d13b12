package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.VariableDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

class SavedModelExportTest {
  private static final String KIND = "shortcut-b";

  @TempDir private Path folder;
  private Checkpoint checkpoint;
  private ResNetConfig config;

  @BeforeEach
  void read() throws IOException {
    checkpoint = Fixtures.checkpoint(KIND);
    config = Fixtures.config(KIND, checkpoint);
  }

  @Test
  void theLayoutIsThatOfTensorFlowServing() throws IOException {
    Path version = write("net");
    assertThat(version).isEqualTo(folder.resolve("net/1"));
    assertThat(files(folder))
        .containsExactlyInAnyOrder(
            "net/1/saved_model.pb",
            "net/1/variables/variables.index",
            "net/1/variables/variables.data-00000-of-00001",
            "net/1/assets.extra/hesse.json");
  }

  @Test
  void aBasePathGetsVersionAfterVersion() throws IOException {
    assertThat(write("net")).isEqualTo(folder.resolve("net/1"));
    assertThat(write("net")).isEqualTo(folder.resolve("net/2"));
    assertThat(write("net/0040")).isEqualTo(folder.resolve("net/0040"));
    assertThat(write("net")).isEqualTo(folder.resolve("net/41"));
  }

  @Test
  void anExistingVersionIsReplacedOnRequestOnly() throws IOException {
    Path version = write("net/7");
    Files.createFile(version.resolve("stale"));
    assertThatThrownBy(() -> write("net/7"))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(version.toString());
    assertThat(files(folder)).hasSize(5);
    SavedModelExport.write(checkpoint, config, version, overwriting());
    assertThat(files(folder)).hasSize(4).doesNotContain("net/7/stale");
  }

  private static ServingOptions overwriting() {
    return new ServingOptions(false, ServingOptions.DEFAULT.normalization(), true);
  }

  @Test
  void theSignatureIsForPrediction() throws IOException {
    SignatureDef signature = metaGraph(write("net")).getSignatureDefOrThrow("serving_default");
    assertThat(signature.getMethodName()).isEqualTo("tensorflow/serving/predict");
    assertThat(describe(signature.getInputsMap()))
        .containsExactly(Map.entry("images", "DT_FLOAT [-1, 32, 32, 3]"));
    assertThat(describe(signature.getOutputsMap()))
        .containsOnly(
            Map.entry("logits", "DT_FLOAT [-1, 10]"),
            Map.entry("probabilities", "DT_FLOAT [-1, 10]"),
            Map.entry("class", "DT_INT64 [-1]"));

    ServingOptions raw = new ServingOptions(true, ServingOptions.DEFAULT.normalization(), false);
    Path version = SavedModelExport.write(checkpoint, config, folder.resolve("raw"), raw);
    SignatureDef rawSignature = metaGraph(version).getSignatureDefOrThrow("serving_default");
    assertThat(describe(rawSignature.getInputsMap()))
        .containsExactly(Map.entry("images", "DT_UINT8 [-1, 32, 32, 3]"));
  }

  private static Map<String, String> describe(Map<String, org.tensorflow.proto.TensorInfo> infos) {
    Map<String, String> described = new LinkedHashMap<>();
    infos.forEach(
        (name, info) ->
            described.put(
                name,
                info.getDtype()
                    + " "
                    + info.getTensorShape().getDimList().stream()
                        .map(dimension -> dimension.getSize())
                        .toList()));
    return described;
  }

  @Test
  void theCollectionsListTheVariables() throws IOException {
    MetaGraphDef meta = metaGraph(write("net"));
    List<String> trainable =
        ResNet.variables(config).stream()
            .filter(Variable::trainable)
            .map(variable -> variable.name() + ":0")
            .toList();
    assertThat(collection(meta, "trainable_variables"))
        .extracting(VariableDef::getVariableName)
        .containsExactlyElementsOf(trainable);
    List<VariableDef> all = collection(meta, "variables");
    assertThat(all).hasSize(checkpoint.tensors().size());
    assertThat(all)
        .filteredOn(VariableDef::getTrainable)
        .extracting(VariableDef::getVariableName)
        .containsExactlyElementsOf(trainable);

    List<String> nodes =
        meta.getGraphDef().getNodeList().stream().map(node -> node.getName()).toList();
    for (VariableDef variable : all) {
      assertThat(variable.getIsResource()).isTrue();
      assertThat(nodes)
          .contains(
              node(variable.getVariableName()),
              node(variable.getInitialValueName()),
              node(variable.getSnapshotName()),
              variable.getInitializerName());
    }
  }

  private static String node(String tensor) {
    assertThat(tensor).endsWith(":0");
    return tensor.substring(0, tensor.length() - 2);
  }

  private static List<VariableDef> collection(MetaGraphDef meta, String name) throws IOException {
    List<VariableDef> variables = new ArrayList<>();
    for (ByteString def : meta.getCollectionDefOrThrow(name).getBytesList().getValueList()) {
      variables.add(VariableDef.parseFrom(def));
    }
    return variables;
  }

  @Test
  void aLoadedModelCanBeTrainedOnAndSaved() throws IOException {
    Path version = write("net");
    float[] added = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    Path saved = folder.resolve("tuned");
    try (SavedModelBundle model = SavedModelBundle.load(version.toString(), "serve");
        TFloat32 bias = TFloat32.vectorOf(added);
        TString prefix = TString.scalarOf(saved.toString())) {
      double[] before = logits(model);
      double[] old = checkpoint.tensors().get("fc.bias").toDoubles();
      Session session = model.session();
      session.runner().feed("fc.bias.initial", bias).addTarget("fc.bias.assign").run().close();
      double[] after = logits(model);
      for (int i = 0; i < after.length; i++) {
        // The bias is added last: two roundings of numbers below 16.
        assertThat(after[i]).isCloseTo(before[i] - old[i] + added[i], within(16 * 0x1p-23));
      }
      session.runner().feed("save.prefix", prefix).fetch("save.done").run().close();
    }
    Map<String, StoredTensor> tensors = TensorBundle.read(saved).tensors();
    assertThat(tensors).hasSameSizeAs(checkpoint.tensors());
    assertThat(tensors.get("fc.bias").toDoubles()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  private static double[] logits(SavedModelBundle model) {
    float[] images = Fixtures.images(1);
    try (TFloat32 input = TFloat32.tensorOf(Shape.of(1, 32, 32, 3), DataBuffers.of(images));
        Result result = model.call(Map.of("images", input))) {
      TFloat32 logits = (TFloat32) result.get("logits").orElseThrow();
      double[] values = new double[(int) logits.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = logits.getFloat(0, i);
      }
      return values;
    }
  }

  @Test
  void olderTensorFlowsFindNoAttributeThatTheyDoNotKnow() throws IOException {
    MetaGraphDef meta = metaGraph(write("net"));
    assertThat(meta.getGraphDef().getNodeList())
        .flatExtracting(node -> node.getAttrMap().keySet())
        .doesNotContain("grad_a", "grad_b", "debug_name", "allowed_devices", "validate_shape");
    // What was left out is filled in again.
    try (Graph graph = new Graph()) {
      graph.importGraphDef(meta.getGraphDef());
      assertThat(graph.operation("logits").output(0).dataType()).isEqualTo(DataType.DT_FLOAT);
    }
  }

  @Test
  void nothingIsWrittenForAnotherArchitecture() throws IOException {
    assertThatThrownBy(
            () ->
                SavedModelExport.write(
                    checkpoint,
                    ResNetConfig.DEFAULT,
                    folder.resolve("net"),
                    ServingOptions.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith("It fits with --depth 8 --width 2.");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatCannotBecomeAVariableIsNamed() {
    assertRefused(
        "bn1.num_batches_tracked",
        DType.INT8,
        "'bn1.num_batches_tracked': int8 cannot be a variable. Save it as int64 or another common"
            + " type.");
    assertRefused(
        "a b.num_batches_tracked",
        DType.INT64,
        "TensorFlow allows no variable named 'a b.num_batches_tracked'. Rename it with letters,"
            + " digits and ._- only.");
    assertRefused(
        "module.bn1.num_batches_tracked",
        DType.INT64,
        "'bn1.num_batches_tracked' is there twice, under different names. Keep the tensors of one"
            + " network only.");
  }

  private void assertRefused(String name, DType dtype, String message) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(checkpoint.tensors());
    tensors.put(name, Fixtures.scalar(dtype, 1));
    Checkpoint changed = Fixtures.withTensors(checkpoint, tensors);
    assertThatThrownBy(
            () ->
                SavedModelExport.write(
                    changed, config, folder.resolve("net"), ServingOptions.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(checkpoint.path() + ": " + message);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void normalisationsAreOfThreeChannels() {
    Normalization one = new Normalization(List.of(0.5), List.of(0.5));
    assertThatThrownBy(() -> new ServingOptions(true, one, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a normalization of 3 channels, got 1");
    assertThatThrownBy(() -> new ModelDescription(config, true, one, List.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a normalization of 3 channels, got 1");
  }

  private Path write(String target) throws IOException {
    return SavedModelExport.write(
        checkpoint, config, folder.resolve(target), ServingOptions.DEFAULT);
  }

  private static MetaGraphDef metaGraph(Path version) throws IOException {
    SavedModel model = SavedModel.parseFrom(Files.readAllBytes(version.resolve("saved_model.pb")));
    assertThat(model.getSavedModelSchemaVersion()).isEqualTo(1);
    MetaGraphDef meta = model.getMetaGraphs(0);
    assertThat(meta.getMetaInfoDef().getTagsList()).containsExactly("serve");
    return meta;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    }
  }
}
