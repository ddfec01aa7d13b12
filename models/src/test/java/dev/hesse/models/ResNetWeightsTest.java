package dev.hesse.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResNetWeightsTest {
  private static final Path FIXTURES =
      Path.of(System.getProperty("hesse.root"), "testdata", "resnet");
  private static final ResNetConfig B = new ResNetConfig(8, 2, 10, true, true, Shortcut.B);
  private static final ResNetConfig A = new ResNetConfig(8, 2, 10, true, true, Shortcut.A);
  private static final ResNetConfig PLAIN = new ResNetConfig(8, 2, 3, false, true, Shortcut.B);
  private static final ResNetConfig BARE = new ResNetConfig(8, 2, 10, true, false, Shortcut.B);

  private static Checkpoint read(String kind) throws IOException {
    return Checkpoint.read(FIXTURES.resolve(kind + ".pt"));
  }

  @Test
  void theCheckpointSaysWhichArchitectureItIs() throws IOException {
    assertThat(fitting("shortcut-b")).containsExactly(B);
    assertThat(fitting("no-batch-norm")).containsExactly(BARE);
    // Without a shortcut's weights it may be A or no residual connection at all.
    assertThat(fitting("shortcut-a"))
        .containsExactly(A, new ResNetConfig(8, 2, 10, false, true, Shortcut.B));
    assertThat(fitting("no-residual"))
        .containsExactly(new ResNetConfig(8, 2, 3, true, true, Shortcut.A), PLAIN);
  }

  private static List<ResNetConfig> fitting(String kind) throws IOException {
    return new ResNetWeights(read(kind)).fittingConfigs();
  }

  @Test
  void anotherArchitectureIsExplainedWithTheOptionsThatFit() throws IOException {
    Checkpoint checkpoint = read("shortcut-b");
    assertThatThrownBy(() -> ResNet.load(checkpoint, ResNetConfig.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("does not fit ResNet20 (width 16, shortcut B)")
        .hasMessageContaining("missing (layer1.1.conv1.weight, ")
        .hasMessageContaining("conv1.weight is [2, 3, 3, 3] instead of [16, 3, 3, 3]")
        .hasMessageEndingWith("It fits with --depth 8 --width 2.");
    assertThatThrownBy(() -> ResNet.load(checkpoint, A))
        .hasMessageContaining("unexpected ('layer2.0.downsample.0.weight', ")
        .hasMessageEndingWith("It fits with --shortcut B.");
    assertThatThrownBy(() -> ResNet.load(checkpoint, BARE))
        .hasMessageEndingWith("It fits with --batch-norm true.");
    assertThatThrownBy(() -> ResNet.load(read("shortcut-a"), B))
        .hasMessageContaining("10 missing (layer2.0.downsample.0.weight, ")
        .hasMessageEndingWith("It fits with --shortcut A, or with --residual false.");
  }

  @Test
  void aCheckpointOfAnotherFamilyIsSentToInspect() {
    Checkpoint checkpoint = checkpoint(Map.of("encoder.weight", floats(new long[] {2}, 1, 2)));
    assertThatThrownBy(() -> ResNet.load(checkpoint, B))
        .hasMessageContaining("1 unexpected ('encoder.weight')")
        .hasMessageEndingWith("or inspect it: hesse inspect some.pt.");
  }

  @Test
  void weightsThatAreNotFiniteAreNamed() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(read("shortcut-b").tensors());
    tensors.put("bn1.bias", floats(new long[] {2}, 0, Float.NaN));
    assertThatThrownBy(() -> ResNet.load(checkpoint(tensors), B))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("some.pt: bn1.bias holds NaN at element 1");
  }

  @Test
  void twoTensorsForOneVariableAreRefused() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(read("shortcut-b").tensors());
    tensors.put("linear.weight", tensors.get("fc.weight"));
    assertThatThrownBy(() -> new ResNetWeights(checkpoint(tensors)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("some.pt: 'fc.weight' is there twice");
  }

  @Test
  void integersAreNotWeights() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(read("shortcut-b").tensors());
    tensors.put(
        "bn1.bias",
        new StoredTensor(DType.INT32, new long[] {2}, ByteBuffer.allocate(2 * Integer.BYTES)));
    assertThatThrownBy(() -> ResNet.load(checkpoint(tensors), B))
        .hasMessageContaining("bn1.bias holds int32 instead of floating-point numbers");
  }

  private static Checkpoint checkpoint(Map<String, StoredTensor> tensors) {
    return new Checkpoint(
        Path.of("some.pt"), Checkpoint.Format.PYTORCH_ZIP, "0".repeat(64), tensors);
  }

  private static StoredTensor floats(long[] shape, float... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return new StoredTensor(DType.FLOAT32, shape, data.flip());
  }
}
