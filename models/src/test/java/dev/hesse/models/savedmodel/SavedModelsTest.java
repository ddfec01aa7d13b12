package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;

/** Models that other people published. */
class SavedModelsTest {
  private static final Path SHARED =
      Path.of(System.getProperty("hesse.root")).resolveSibling("shared").resolve("savedmodels");

  private static SavedModels open(String name) throws IOException {
    Path folder = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(folder), "the shared SavedModels are not here");
    return SavedModels.open(folder, OptionalLong.empty(), SavedModels.TAG_DEFAULT);
  }

  private static InferenceGraph serving(SavedModels model, String name, long batch) {
    SignatureDef signature = model.signatures().get(name);
    List<FedTensor> fed =
        signature.getInputsMap().values().stream()
            .map(
                input ->
                    new FedTensor(
                        TensorName.of(input.getName()),
                        input.getDtype(),
                        input.getTensorShape().getDimList().stream()
                            .map(d -> d.getSize() < 0 ? batch : d.getSize())
                            .toList()))
            .toList();
    List<TensorName> outputs =
        signature.getOutputsMap().values().stream()
            .map(output -> TensorName.of(output.getName()))
            .toList();
    return model.graph(outputs, fed);
  }

  @Test
  void aGraphOfTensorFlow1() throws IOException {
    InferenceGraph graph = serving(open("half-plus-two-tf1"), "serving_default", 3);
    System.err.println(graph);
    assertThat(graph.variables()).extracting(v -> v.type()).containsOnly(DataType.DT_FLOAT);
    assertThat(graph.variables())
        .allSatisfy(variable -> assertThat(graph.keys()).containsKey(variable.node()));
  }

  @Test
  void aModelOfKerasWithTables() throws IOException {
    InferenceGraph graph = serving(open("heart-failure-columns"), "serving_default", 3);
    System.err.println(graph.graph().nodes().size());
    assertThat(graph.variables())
        .allSatisfy(variable -> assertThat(graph.keys()).containsKey(variable.node()));
  }

  @Test
  void aPolicy() throws IOException {
    InferenceGraph graph = serving(open("cartpole-policy"), "action", 3);
    System.err.println(graph.graph().nodes().keySet());
    System.err.println(graph.keys());
    assertThat(graph.variables())
        .allSatisfy(variable -> assertThat(graph.keys()).containsKey(variable.node()));
  }
}
