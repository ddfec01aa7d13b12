package dev.hesse.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** The graphs against what PyTorch computed with the same weights: {@code testdata/resnet}. */
class ResNetTest {
  private static final Path FIXTURES =
      Path.of(System.getProperty("hesse.root"), "testdata", "resnet");

  /** Both sides compute in float64; sums of up to 10⁴ terms over ten layers round to this. */
  private static final double ROUNDING = 1e-12;

  @ParameterizedTest
  @ValueSource(strings = {"shortcut-b", "shortcut-a", "no-batch-norm", "no-residual"})
  void evaluationModeEqualsPyTorch(String kind) throws IOException {
    Map<String, StoredTensor> expected = expected(kind);
    ResNet net = load(kind);
    Map<String, double[]> actual =
        run(
            net.lossGraph(8, Precision.FLOAT64),
            net.weights(),
            expected,
            List.of("logits", "loss"));
    assertThat(actual.get("logits"))
        .containsExactly(expected.get("logits").toDoubles(), within(ROUNDING));
    assertThat(actual.get("loss"))
        .containsExactly(expected.get("loss").toDoubles(), within(ROUNDING));
  }

  @ParameterizedTest
  @ValueSource(strings = {"shortcut-b", "shortcut-a", "no-batch-norm", "no-residual"})
  void trainingModeEqualsPyTorch(String kind) throws IOException {
    Map<String, StoredTensor> expected = expected(kind);
    ResNet net = load(kind);
    LossGraph graph = net.trainingGraph(8, Precision.FLOAT64);
    List<String> fetched = new java.util.ArrayList<>(graph.updates().values());
    fetched.add(0, "loss");
    Map<String, double[]> actual = run(graph, net.weights(), expected, fetched);
    assertThat(actual.get("loss"))
        .containsExactly(expected.get("training_loss").toDoubles(), within(ROUNDING));
    graph
        .updates()
        .forEach(
            (variable, node) ->
                assertThat(actual.get(node))
                    .as(variable)
                    .containsExactly(
                        expected.get("next." + variable).toDoubles(), within(ROUNDING)));
    boolean batchNorm = net.config().batchNorm();
    assertThat(graph.updates()).hasSize(batchNorm ? (int) countRunning(expected) : 0);
  }

  private static long countRunning(Map<String, StoredTensor> expected) {
    return expected.keySet().stream().filter(name -> name.startsWith("next.")).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"shortcut-b", "shortcut-a", "no-batch-norm", "no-residual"})
  void parametersAreNamedAndOrderedAsInPyTorch(String kind) throws IOException {
    List<String> names =
        expected(kind).keySet().stream()
            .filter(name -> name.startsWith("grad."))
            .map(name -> name.substring("grad.".length()))
            .toList();
    assertThat(load(kind).parameters().parameters())
        .extracting(ParameterLayout.Parameter::name)
        .containsExactlyElementsOf(names);
  }

  @Test
  void parameterCountsOfTheFamily() {
    assertThat(new ResNet(ResNetConfig.DEFAULT, Map.of()).parameters().dimension())
        .isEqualTo(272_474);
    ResNetConfig deep = new ResNetConfig(56, 16, 10, true, true, ResNetConfig.Shortcut.A);
    assertThat(new ResNet(deep, Map.of()).parameters().dimension()).isEqualTo(853_018);
  }

  private static ResNet load(String kind) throws IOException {
    Checkpoint checkpoint = Checkpoint.read(FIXTURES.resolve(kind + ".pt"));
    List<ResNetConfig> fitting = new ResNetWeights(checkpoint).fittingConfigs();
    ResNetConfig config =
        fitting.stream()
            .filter(each -> each.residual() != kind.equals("no-residual"))
            .findFirst()
            .orElseThrow();
    return ResNet.load(checkpoint, config);
  }

  private static Map<String, StoredTensor> expected(String kind) throws IOException {
    return Checkpoint.read(FIXTURES.resolve(kind + "-expected.pt")).tensors();
  }

  private static Map<String, double[]> run(
      LossGraph loss,
      Map<String, double[]> weights,
      Map<String, StoredTensor> data,
      List<String> fetched) {
    try (Graph graph = new Graph();
        TFloat64 images =
            TFloat64.tensorOf(
                Shape.of(8, 32, 32, 3), DataBuffers.of(data.get("images").toDoubles()));
        TInt32 labels = TInt32.tensorOf(Shape.of(8))) {
      double[] classes = data.get("labels").toDoubles();
      for (int i = 0; i < classes.length; i++) {
        labels.setInt((int) classes[i], i);
      }
      graph.importGraphDef(loss.graph());
      Ops tf = Ops.create(graph);
      try (Session session = new Session(graph)) {
        for (LossGraph.Variable variable : loss.variables()) {
          Shape shape = Shape.of(variable.shape().stream().mapToLong(Long::longValue).toArray());
          Operand<TFloat64> value = tf.placeholder(TFloat64.class, Placeholder.shape(shape));
          var assign = tf.assignVariableOp(graph.outputOrThrow(variable.name()), value);
          try (TFloat64 tensor =
              TFloat64.tensorOf(shape, DataBuffers.of(weights.get(variable.name())))) {
            session.runner().feed(value, tensor).addTarget(assign).run().close();
          }
        }
        Session.Runner runner = session.runner().feed("images", images).feed("labels", labels);
        fetched.forEach(runner::fetch);
        Map<String, double[]> values = new HashMap<>();
        try (Result result = runner.run()) {
          for (int i = 0; i < fetched.size(); i++) {
            TFloat64 tensor = (TFloat64) result.get(i);
            double[] elements = new double[(int) tensor.shape().size()];
            tensor.copyTo(DataBuffers.of(elements, false, false));
            values.put(fetched.get(i), elements);
          }
        }
        return values;
      }
    }
  }
}
