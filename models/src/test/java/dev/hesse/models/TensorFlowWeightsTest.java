package dev.hesse.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.WeightsWriter;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorFlowWeightsTest {
  /** Deep enough for numbers of two digits. */
  private static final int DEPTH = 14;

  @TempDir private Path folder;

  private static ResNetConfig config(int width, int classes, boolean batchNorm, Shortcut shortcut) {
    return new ResNetConfig(DEPTH, width, classes, true, batchNorm, shortcut);
  }

  /** Weights of which no two are equal, in float32. */
  private static Map<String, StoredTensor> stateDict(ResNetConfig config) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    int next = 1;
    for (LossGraph.Variable variable : ResNet.variables(config)) {
      int size = variable.shape().stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
      int first = next;
      weights.put(variable.name(), IntStream.range(first, first + size).asDoubleStream().toArray());
      next += size;
    }
    return ResNetStateDict.of(new ResNet(config, weights), 7);
  }

  private static Map<String, StoredTensor> withoutCounters(Map<String, StoredTensor> stateDict) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    stateDict.forEach(
        (name, tensor) -> {
          if (!name.endsWith("num_batches_tracked")) {
            tensors.put(ResNetWeights.canonicalName(name), tensor);
          }
        });
    return tensors;
  }

  private Checkpoint bundle(Map<String, StoredTensor> tensors) throws IOException {
    TensorBundle.write(folder.resolve("net.ckpt"), tensors);
    return Checkpoint.read(folder.resolve("net.ckpt"));
  }

  private static void assertSame(
      Map<String, StoredTensor> actual, Map<String, StoredTensor> expected) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
          assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
          assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data());
        });
  }

  static Stream<Arguments> networks() {
    List<ResNetConfig> configs =
        List.of(
            config(4, 10, true, Shortcut.B),
            config(4, 10, true, Shortcut.A),
            config(4, 10, false, Shortcut.B),
            config(4, 10, false, Shortcut.A),
            // The first kernel is 3×3×3×3 and the classifier's square: they fit both axis orders.
            config(3, 12, true, Shortcut.B),
            config(1, 4, true, Shortcut.B));
    return configs.stream()
        .flatMap(
            config ->
                Arrays.stream(TensorFlowNames.values()).map(names -> Arguments.of(config, names)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyWeightComesToItsPlace(ResNetConfig config, TensorFlowNames names) throws IOException {
    Map<String, StoredTensor> stateDict = stateDict(config);
    Map<String, StoredTensor> named = names.of(config, stateDict);
    Map<String, StoredTensor> bookkeeping = names.bookkeeping(named);
    Map<String, StoredTensor> saved = new LinkedHashMap<>(bookkeeping);
    saved.putAll(named);
    Checkpoint checkpoint = bundle(saved);

    assertThat(TensorFlowWeights.hasTensorFlowNames(checkpoint)).isTrue();
    Checkpoint mapped = TensorFlowWeights.toPyTorch(checkpoint);
    assertSame(mapped.tensors(), withoutCounters(stateDict));
    assertThat(mapped.omitted()).containsExactlyInAnyOrderElementsOf(bookkeeping.keySet());
    assertThat(new ResNetWeights(checkpoint).fittingConfigs()).startsWith(config);
    assertThat(TensorFlowWeights.toPyTorch(mapped)).isSameAs(mapped);
  }

  @ParameterizedTest
  @EnumSource(names = {"NPZ", "SAFETENSORS"})
  void theFormatDoesNotMatter(Format format) throws IOException {
    ResNetConfig config = config(2, 10, true, Shortcut.B);
    Map<String, StoredTensor> stateDict = stateDict(config);
    Path file = folder.resolve("net");
    WeightsWriter.write(
        format, file, new Weights(TensorFlowNames.SAVER.of(config, stateDict), Map.of()));
    assertSame(
        TensorFlowWeights.toPyTorch(Checkpoint.read(file)).tensors(), withoutCounters(stateDict));
  }

  @ParameterizedTest
  @CsvSource({
    "net.pkl, OFFICIAL_MODELS",
    "resnet32-d509ac18.th, SAVER",
    "d8w4.pt, KERAS_MODEL",
    "d8w4-a.pt, KERAS_CHECKPOINT",
    "d8w4-nobn.pt, OFFICIAL_MODELS",
    "d8w4-nores.pt, KERAS_MODEL",
  })
  void trainedNetworksAreTheSameUnderEitherName(String file, TensorFlowNames names)
      throws IOException {
    Path path =
        Path.of(System.getProperty("hesse.root"))
            .resolveSibling("shared")
            .resolve("checkpoints")
            .resolve(file);
    assumeTrue(Files.exists(path), "no trained networks beside the checkout");
    Checkpoint trained = Checkpoint.read(path);
    ResNetConfig config = new ResNetWeights(trained).fittingConfigs().get(0);
    Map<String, StoredTensor> tensors = withoutCounters(trained.tensors());
    Checkpoint checkpoint = bundle(names.of(config, tensors));
    assertSame(TensorFlowWeights.toPyTorch(checkpoint).tensors(), tensors);
    assertThat(new ResNetWeights(checkpoint).fittingConfigs())
        .isEqualTo(new ResNetWeights(trained).fittingConfigs());
    ResNet net = ResNet.load(checkpoint, config);
    ResNet.load(trained, config)
        .weights()
        .forEach((name, values) -> assertThat(net.weights().get(name)).isEqualTo(values));
  }

  /** As the variables of our own SavedModels, and what --rename makes of others. */
  @ParameterizedTest
  @CsvSource({"4, 10", "3, 12", "1, 4"})
  void theNetworksOwnNamesMayHaveEitherAxisOrder(int width, int classes) throws IOException {
    Map<String, StoredTensor> stateDict = stateDict(config(width, classes, true, Shortcut.B));
    Checkpoint inPyTorchs = bundle(stateDict);
    assertThat(TensorFlowWeights.toPyTorch(inPyTorchs)).isSameAs(inPyTorchs);
    Map<String, StoredTensor> graph = new LinkedHashMap<>(stateDict);
    graph.replaceAll((name, tensor) -> PyTorchLayout.toGraph(tensor));
    Checkpoint inTensorFlows = bundle(graph);
    assertThat(TensorFlowWeights.hasTensorFlowNames(inTensorFlows)).isFalse();
    assertSame(TensorFlowWeights.toPyTorch(inTensorFlows).tensors(), stateDict);
  }

  @Test
  void tensorFlowsNamesMayHavePyTorchsAxisOrder() throws IOException {
    ResNetConfig config = config(3, 12, true, Shortcut.B);
    Map<String, StoredTensor> stateDict = stateDict(config);
    Map<String, StoredTensor> named = TensorFlowNames.SAVER.of(config, stateDict);
    named.replaceAll((name, tensor) -> PyTorchLayout.fromGraph(tensor));
    assertSame(TensorFlowWeights.toPyTorch(bundle(named)).tensors(), withoutCounters(stateDict));
  }

  @Test
  void aMarkOfTheAxisOrderFalls() {
    ResNetConfig config = config(2, 10, true, Shortcut.B);
    Checkpoint marked =
        new Checkpoint(
            Path.of("net"),
            Format.SAFETENSORS,
            "",
            TensorFlowNames.SAVER.of(config, stateDict(config)),
            Map.of("format", "tf", "epoch", "3"));
    assertThat(TensorFlowWeights.toPyTorch(marked).metadata()).isEqualTo(Map.of("epoch", "3"));
  }

  @Test
  void weightsOfOthersStayAsTheyAre() throws IOException {
    StoredTensor square = tensor(4, 4);
    Checkpoint others = bundle(Map.of("dense/kernel", square, "encoder.weight", square));
    assertThat(TensorFlowWeights.toPyTorch(others)).isSameAs(others);
  }

  private static Arguments refused(Consumer<Map<String, StoredTensor>> change, String message) {
    return Arguments.of(change, message);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        refused(
            named -> named.put("stem/kernel", named.remove("conv2d_14/kernel")),
            "no numbers say which comes first, 'conv2d_13/kernel' or 'stem/kernel'"),
        refused(
            named -> named.put("conv2d/conv2d_1/kernel", named.remove("conv2d_1/kernel")),
            "no numbers say which comes first, 'conv2d/kernel' or 'conv2d/conv2d_1/kernel'"),
        refused(
            named -> named.put("conv2d_3/depthwise_kernel", tensor(3, 3, 4, 1)),
            "unexpected 'conv2d_3/depthwise_kernel'"),
        refused(named -> named.put("other/bias", tensor(4)), "unexpected 'other/bias'"),
        refused(
            named -> named.put("conv2d_2/bias", tensor(4)),
            "the network has no place for 'conv2d_2/bias'"),
        refused(
            named -> named.remove("conv2d_1/kernel"),
            "expected 6n + 1 convolutions of 3×3 for an n from 1 to 200, got 12"),
        refused(
            named -> named.remove("conv2d_7/kernel"),
            "expected 2 convolutions of 1×1, where the second and third stage begin, or none,"
                + " got 1"),
        refused(
            named -> named.put("conv2d_15/kernel", tensor(7, 7, 4, 4)),
            "expected convolutions of 3×3 and 1×1, got 'conv2d_15/kernel' of 7×7"),
        refused(
            named -> named.keySet().removeIf(name -> name.startsWith("batch_normalization_3/")),
            "expected as many batch norms as convolutions, 15, or none, got 14"),
        refused(
            named -> named.remove("batch_normalization_3/gamma"),
            "no gamma belongs to 'batch_normalization_3/beta'"),
        refused(named -> named.remove("dense/bias"), "no bias belongs to 'dense/kernel'"),
        refused(
            named -> named.put("dense_1/kernel", tensor(16, 10)),
            "expected one dense layer, got 2"),
        refused(
            named -> named.put("dense/kernel", tensor(16, 1)),
            "expected channels and at least 2 classes, got 4 and 1"),
        refused(
            named -> named.put("conv2d_1/kernel", named.get("conv2d_5/kernel")),
            "expected [3, 3, 4, 4] for layer1.0.conv1.weight, got 'conv2d_1/kernel', which is"
                + " [3, 3, 4, 8]"),
        refused(
            named -> named.put("conv2d_7/kernel", named.get("conv2d_12/kernel")),
            "expected a kernel of shape [1, 1, 4, 8] for layer2.0.downsample.0.weight"),
        refused(
            named -> named.put("batch_normalization_4/beta", tensor(5)),
            "expected [4] for layer1.1.bn2.bias, got 'batch_normalization_4/beta', which is [5]"),
        // A shape from a stranger's file takes no memory.
        refused(
            named -> named.put("conv2d/kernel", tensor(3, 3, 0, 1L << 40)),
            "expected [3, 3, 3, 65536] for conv1.weight, got 'conv2d/kernel', which is"
                + " [3, 3, 0, 1099511627776]"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("changes")
  void whatDoesNotMapIsRefused(Consumer<Map<String, StoredTensor>> change, String message) {
    ResNetConfig config = config(4, 10, true, Shortcut.B);
    Map<String, StoredTensor> named = TensorFlowNames.SAVER.of(config, stateDict(config));
    change.accept(named);
    Checkpoint checkpoint =
        new Checkpoint(Path.of("net.ckpt"), Format.TENSORFLOW_CHECKPOINT, "", named);
    assertThatThrownBy(() -> ResNet.load(checkpoint, config))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "net.ckpt: its names are TensorFlow's, and do not map to a CIFAR ResNet: "
                + message
                + ". Give the tensors the network's own names, such as layer1.0.conv1.weight, with"
                + " --rename.");
  }

  private static StoredTensor tensor(long... shape) {
    int bytes = Math.multiplyExact((int) StoredTensor.elementCount(shape), Float.BYTES);
    return new StoredTensor(DType.FLOAT32, shape, ByteBuffer.allocate(bytes));
  }
}
