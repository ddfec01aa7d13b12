package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.BadInputException;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Models that other people published. */
class SavedModelsTest {
  private static final Path SHARED =
      Path.of(System.getProperty("hesse.root")).resolveSibling("shared").resolve("savedmodels");

  @TempDir private Path folder;

  private static SavedModels open(String name) throws IOException {
    Path model = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(model), "the shared SavedModels are not here");
    return SavedModels.open(model, OptionalLong.empty(), SavedModels.TAG_DEFAULT);
  }

  private static List<Long> exampleShape(TensorInfo input) {
    return input.getTensorShape().getDimList().stream().skip(1).map(d -> d.getSize()).toList();
  }

  private static InferenceGraph signature(SavedModels model, String name) {
    SignatureDef signature = model.signatures().get(name);
    List<FedTensor> fed =
        signature.getInputsMap().values().stream()
            .map(
                input ->
                    new FedTensor(
                        TensorName.of(input.getName()),
                        input.getDtype(),
                        Stream.concat(Stream.of(3L), exampleShape(input).stream()).toList()))
            .toList();
    return model.graph(
        signature.getOutputsMap().values().stream()
            .map(output -> TensorName.of(output.getName()))
            .toList(),
        fed);
  }

  private static void assertRestored(InferenceGraph graph, int variables) {
    assertThat(graph.variables()).hasSize(variables);
    assertThat(graph.variables())
        .allSatisfy(variable -> assertThat(graph.values()).containsKey(variable.node()));
    assertThat(graph.graph().nodes().values())
        .extracting(NodeDef::getOp)
        .doesNotContain("StatefulPartitionedCall", "PartitionedCall", "VariableV2");
  }

  @Test
  void aGraphOfTensorFlow1() throws IOException {
    InferenceGraph graph = signature(open("half-plus-two-tf1"), "serving_default");
    assertRestored(graph, 2);
    assertThat(graph.variables()).extracting(v -> v.type()).containsOnly(DataType.DT_FLOAT);
  }

  @Test
  void aModelOfKerasWithTablesOfStrings() throws IOException {
    InferenceGraph graph = signature(open("heart-failure-columns"), "serving_default");
    // Dense layers with batch norm; optimizer slots are not among what the output needs.
    assertRestored(graph, graph.variables().size());
    assertThat(graph.variables().size()).isBetween(10, 40);
  }

  @Test
  void runningStatisticsAreNoParameters() throws IOException {
    SavedModels model = open("heart-failure-columns");
    SignatureDef signature = model.signatures().get("serving_default");
    SavedModelLoss loss =
        model.loss(
            new Spec(
                signature.getOutputsMap().get("output_1").getName(),
                signature.getInputsMap().entrySet().stream()
                    .map(i -> new Input(i.getValue().getName(), i.getKey(), List.of()))
                    .toList(),
                Loss.SIGMOID_CROSS_ENTROPY,
                true));
    assertThat(loss.parameterRule()).contains("object graph");
    assertThat(loss.weights().keySet()).anyMatch(name -> name.endsWith("moving_mean"));
    assertThat(loss.parameters().parameters())
        .isNotEmpty()
        .noneMatch(parameter -> parameter.name().contains("moving_"));
    assertThat(loss.parameters().dimension()).isEqualTo(115_833);
  }

  @Test
  void aPolicyWhoseOnlyOutputIsAnInteger() throws IOException {
    SavedModels model = open("cartpole-policy");
    InferenceGraph graph = signature(model, "action");
    assertRestored(graph, 6);
    List<Input> inputs =
        new TreeMap<>(model.signatures().get("action").getInputsMap())
            .entrySet().stream()
                .map(
                    input ->
                        new Input(
                            input.getValue().getName(),
                            input.getKey(),
                            exampleShape(input.getValue())))
                .toList();
    String action =
        model.signatures().get("action").getOutputsMap().values().iterator().next().getName();
    assertThatThrownBy(
            () ->
                model
                    .loss(new Spec(action, inputs, Loss.SOFTMAX_CROSS_ENTROPY, false))
                    .lossGraph(2, Precision.FLOAT32))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("of which there is no derivative");

    String values =
        graph.graph().nodes().values().stream()
            .filter(node -> node.getOp().equals("BiasAdd"))
            .map(NodeDef::getName)
            .reduce((first, last) -> last)
            .orElseThrow();
    SavedModelLoss loss = model.loss(new Spec(values, inputs, Loss.SOFTMAX_CROSS_ENTROPY, false));
    assertThat(loss.parameters().dimension()).isEqualTo(5065);
    LossGraph written = loss.lossGraph(2, Precision.FLOAT64);
    assertThat(written.variables()).hasSize(6);
    assertThat(written.correct()).isPresent();
  }

  @Test
  void shapesThatDoNotGoTogetherAreOneLine() throws IOException {
    SavedModels model = open("cartpole-policy");
    TensorInfo observation = model.signatures().get("action").getInputsMap().get("0/observation");
    List<FedTensor> fed =
        List.of(
            new FedTensor(
                TensorName.of(observation.getName()), DataType.DT_FLOAT, List.of(3L, 7L)));
    String output = model.signatures().get("action").getOutputsMap().get("action").getName();
    assertThatThrownBy(() -> model.graph(List.of(TensorName.of(output)), fed))
        .isInstanceOf(BadInputException.class)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aDamagedFileIsOneLine() throws IOException {
    Files.write(folder.resolve("saved_model.pb"), new byte[] {8, 1, 18, 120, 1});
    assertThatThrownBy(() -> SavedModels.open(folder, OptionalLong.empty(), "serve"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("this is not a SavedModel's protocol buffer");
  }

  @Test
  void anotherTagIsNamed() throws IOException {
    SavedModels model = open("half-plus-two-tf1");
    assertThat(model.signatures()).containsKey("serving_default");
    assertThatThrownBy(() -> SavedModels.open(model.folder(), OptionalLong.empty(), "train"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no graph with the tag 'train'")
        .hasMessageContaining("'serve'");
  }
}
