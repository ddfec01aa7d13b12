package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Models with loops and branches compute what TensorFlow computes of them as they are. */
class UnrolledModelsTest {
  private static final Path MODELS =
      Path.of(System.getProperty("hesse.root"), "testdata", "savedmodels");

  /** Float32 through about twenty operations on numbers near 1, in another order of sums. */
  private static final float ROUNDING = 1e-5f;

  @ParameterizedTest
  @CsvSource({
    "keras-sequence, 4, 5, 12",
    "keras-sequence, 1, 1, 12",
    "tf2-loops, 3, 0, 2",
    "tf2-loops, 1, 0, 2",
    "tf1-loops, 2, 6, 2",
    "tf1-loops, 3, 1, 2"
  })
  void agreesWithTensorFlow(String name, long batch, long steps, int variables) throws IOException {
    Path folder = MODELS.resolve(name);
    SavedModels model = SavedModels.open(folder, OptionalLong.empty(), SavedModels.TAG_DEFAULT);
    SignatureDef signature = Objects.requireNonNull(model.signatures().get("serving_default"));
    TensorInfo input = signature.getInputsMap().values().iterator().next();
    String output = signature.getOutputsMap().values().iterator().next().getName();
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < input.getTensorShape().getDimCount(); i++) {
      long size = input.getTensorShape().getDim(i).getSize();
      shape.add(size >= 0 ? size : i == 0 ? batch : steps);
    }
    FedTensor fed = new FedTensor(TensorName.of(input.getName()), input.getDtype(), shape);
    InferenceGraph graph = model.graph(List.of(TensorName.of(output)), List.of(fed));
    assertThat(graph.variables()).hasSize(variables);
    assertThat(graph.graph().nodes().values()).noneMatch(ControlFlow::isControl);

    try (TType value = examples(input.getDtype(), shape);
        SavedModelBundle bundle = SavedModelBundle.load(folder.toString());
        Result expected =
            bundle.session().runner().feed(input.getName(), value).fetch(output).run()) {
      float[] numbers = floats(expected.get(0));
      float[] written = run(withValues(graph), graph.outputs().get(0), fed, value);
      assertThat(numbers).isNotEmpty();
      assertThat(written).hasSameSizeAs(numbers);
      for (int i = 0; i < numbers.length; i++) {
        assertThat(written[i]).isCloseTo(numbers[i], within(ROUNDING * (1 + Math.abs(numbers[i]))));
      }
    }
  }

  @Test
  void contentsWithoutSignaturesAreThoseOfTheWrittenLoops(@TempDir Path folder) throws IOException {
    SavedModel.Builder file =
        SavedModel.parseFrom(Files.readAllBytes(MODELS.resolve("tf1-loops/saved_model.pb")))
            .toBuilder();
    file.getMetaGraphsBuilder(0).clearSignatureDef();
    Files.write(folder.resolve("saved_model.pb"), file.build().toByteArray());
    ModelContents contents = SavedModels.open(folder).contents();
    assertThat(contents.variables()).hasSize(2);
    assertThat(contents.nodes())
        .extracting(ModelContents.Node::type)
        .contains("While", "MatMul", "Tanh")
        .doesNotContain("Enter", "NextIteration", "Exit", "LoopCond");
  }

  @Test
  void tensorsWithinFunctionsHaveTypes() throws IOException {
    SavedModels model =
        SavedModels.open(
            MODELS.resolve("keras-sequence"), OptionalLong.empty(), SavedModels.TAG_DEFAULT);
    String inside = "StatefulPartitionedCall_1/StatefulPartitionedCall/NotEqual:0";
    assertThat(model.elementType(inside)).isEqualTo(DataType.DT_BOOL);
    assertThatThrownBy(() -> model.elementType("StatefulPartitionedCall/nothing:0"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the graph has no node 'StatefulPartitionedCall/nothing'");
  }

  /** Words from 0, which is masked, to 5; or Gaussian numbers. */
  private static TType examples(DataType type, List<Long> shape) {
    Random random = new Random(1);
    Shape sizes = Shape.of(shape.stream().mapToLong(Long::longValue).toArray());
    if (type == DataType.DT_INT32) {
      TInt32 words = TInt32.tensorOf(sizes);
      words.scalars().forEach(word -> word.setInt(random.nextInt(6)));
      return words;
    }
    TFloat32 numbers = TFloat32.tensorOf(sizes);
    numbers.scalars().forEach(number -> number.setFloat((float) random.nextGaussian()));
    return numbers;
  }

  private static FlatGraph withValues(InferenceGraph graph) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>(graph.graph().nodes());
    for (VariableReads.StoredVariable variable : graph.variables()) {
      String read = variable.node() + ".read";
      StoredTensor value = Objects.requireNonNull(graph.values().get(variable.node()));
      nodes.put(read, Constant.node(read, variable.type(), value));
    }
    return new FlatGraph(nodes);
  }

  private static float[] run(FlatGraph flat, TensorName output, FedTensor fed, TType value) {
    try (Graph graph = new Graph()) {
      flat.importInto(graph);
      try (Session session = new Session(graph);
          Result result =
              session
                  .runner()
                  .feed(fed.placeholder(), value)
                  .fetch(graph.operationOrThrow(output.node()).output(output.index()))
                  .run()) {
        return floats(result.get(0));
      }
    }
  }

  private static float[] floats(Object tensor) {
    TFloat32 numbers = (TFloat32) tensor;
    float[] values = new float[(int) numbers.size()];
    numbers.copyTo(NdArrays.wrap(numbers.shape(), DataBuffers.of(values)));
    return values;
  }
}
