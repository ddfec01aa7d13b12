package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SavedModelWeightsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"shortcut-b", "shortcut-a", "no-batch-norm", "no-residual"})
  void tensorsComeBackAsTheyWere(String kind) throws IOException {
    Checkpoint checkpoint = Fixtures.checkpoint(kind);
    assertRoundTrip(checkpoint, Fixtures.config(kind, checkpoint));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.pkl",
        "resnet20-12fca82f.th",
        "resnet32-d509ac18.th",
        "d8w2.pt",
        "d8w4.pt",
        "d8w4-a.pt",
        "d8w4-nobn.pt",
        "d8w4-nores.pt"
      })
  void soDoThoseOfTrainedNetworks(String file) throws IOException {
    Path path = Fixtures.shared("checkpoints").resolve(file);
    assumeTrue(Files.exists(path), "no trained networks beside the checkout");
    Checkpoint checkpoint = Checkpoint.read(path);
    assertRoundTrip(checkpoint, Fixtures.config(file, checkpoint));
  }

  @Test
  void everyBitAndElementTypeStays() throws IOException {
    Map<String, StoredTensor> tensors =
        new LinkedHashMap<>(Fixtures.checkpoint("shortcut-b").tensors());
    // −0, the smallest float32, and numbers that only float64 has.
    tensors.put("bn1.weight", floats(-0f, Float.MIN_VALUE));
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(1 + 0x1p-52).putDouble(Double.MIN_VALUE);
    tensors.put("bn1.bias", new StoredTensor(DType.FLOAT64, new long[] {2}, doubles.flip()));
    tensors.put("bn1.num_batches_tracked", Fixtures.scalar(DType.INT64, (1L << 53) + 1));
    tensors.put("layer1.0.bn1.num_batches_tracked", Fixtures.scalar(DType.INT32, -7));
    Checkpoint checkpoint =
        new Checkpoint(
            Path.of("some.pt"),
            Checkpoint.Format.PYTORCH_ZIP,
            "0".repeat(64),
            tensors,
            Map.of("epoch", "12", "best_prec1", "91.78"));
    assertRoundTrip(checkpoint, Fixtures.config("shortcut-b", checkpoint));
  }

  private void assertRoundTrip(Checkpoint checkpoint, ResNetConfig config) throws IOException {
    Path base = folder.resolve("net");
    Path version = SavedModelExport.write(checkpoint, config, base, ServingOptions.DEFAULT);
    SavedModelWeights read = SavedModelWeights.read(base, OptionalLong.empty());
    assertThat(read.folder()).isEqualTo(version);
    assertThat(read.weights().metadata()).isEqualTo(checkpoint.metadata());
    assertThat(read.description().config()).isEqualTo(config);
    assertThat(read.description().normalization())
        .isEqualTo(ServingOptions.DEFAULT.normalization());
    assertThat(read.weights().tensors().keySet())
        .containsExactlyElementsOf(checkpoint.tensors().keySet());
    read.weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              StoredTensor source = checkpoint.tensors().get(name);
              assertThat(tensor.dtype()).as(name).isEqualTo(source.dtype());
              assertThat(tensor.shape()).as(name).isEqualTo(source.shape());
              assertThat(tensor.data()).as(name).isEqualTo(source.data());
            });
  }

  @ParameterizedTest
  @CsvSource({
    "half-plus-two-tf1, 5, a",
    "heart-failure-columns, 55, keras_api/metrics/0/count/.ATTRIBUTES/VARIABLE_VALUE",
    "cartpole-policy, 7, model_variables/0/.ATTRIBUTES/VARIABLE_VALUE"
  })
  void variablesOfOtherPeoplesModelsKeepTheirNames(String model, int count, String name)
      throws IOException {
    Path path = Fixtures.shared("savedmodels").resolve(model);
    assumeTrue(Files.exists(path), "no SavedModels beside the checkout");
    SavedModelWeights read = SavedModelWeights.read(path, OptionalLong.empty());
    assertThat(read.description()).isNull();
    assertThat(read.weights().tensors()).hasSize(count).containsKey(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"depth\" : 8|\"depth\" : 14|the variables are not those of ResNet14 (width 2, shortcut B)",
        "\"depth\" : 8|\"depth\" : 2000000000|the variables are not those of ResNet2000000000"
            + " (width 2, shortcut B)",
        "\"depth\" : 8|\"depth\" : 9|depth must be 6n + 2 with n ≥ 1, got 9",
        "\"shortcut\" : \"B\"|\"shortcut\" : \"C\"|unknown 'C'",
        "\"variable\" : \"bn1.bias\"|\"variable\" : \"bn1.weight\"|no variable 'bn1.weight' is left"
            + " for a tensor",
        "\"name\" : \"bn1.bias\"|\"name\" : \"bn1.weight\"|tensor 'bn1.weight' is there twice",
        "\"name\" : \"bn1.bias\"|\"name\" : \"bn1.\\u001b\"|tensor name 'bn1.\\u001b' has"
            + " unprintable characters",
        "\"dtype\" : \"int64\"|\"dtype\" : \"float16\"|is int64 instead of float16",
        "\"layout\" : \"pytorch\"|\"layout\" : \"other\"|unknown 'other'",
        "\"schemaVersion\" : 1|\"schemaVersion\" : 2|has schema version 2, newer than 1",
        "\"raw\" : false|\"raw\" : 0|\"raw\" is not true or false",
        "\"mean\" : [ |\"mean\" : [ 1, |expected one mean and one standard deviation per channel",
      })
  void aDescriptionThatIsNotTrueIsRefused(String from, String to, String message)
      throws IOException {
    Checkpoint checkpoint = Fixtures.checkpoint("shortcut-b");
    Path version =
        SavedModelExport.write(
            checkpoint,
            Fixtures.config("shortcut-b", checkpoint),
            folder.resolve("net"),
            ServingOptions.DEFAULT);
    Path file = DescriptionFile.in(version);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
    assertThatThrownBy(() -> SavedModelWeights.read(version, OptionalLong.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
    Files.delete(file);
    assertThat(SavedModelWeights.read(version, OptionalLong.empty()).weights().tensors())
        .hasSameSizeAs(checkpoint.tensors());
  }

  @Test
  void aVariableThatNoTensorIsForIsRefused() throws IOException {
    Checkpoint checkpoint = Fixtures.checkpoint("shortcut-b");
    Path version =
        SavedModelExport.write(
            checkpoint,
            Fixtures.config("shortcut-b", checkpoint),
            folder.resolve("net"),
            ServingOptions.DEFAULT);
    Path file = DescriptionFile.in(version);
    ModelDescription description = DescriptionFile.read(file);
    List<ModelDescription.SourceTensor> tensors = description.tensors();
    DescriptionFile.write(
        new ModelDescription(
            description.config(),
            description.rawImages(),
            description.normalization(),
            tensors.subList(1, tensors.size()),
            Map.of()),
        file);
    assertThatThrownBy(() -> SavedModelWeights.read(version, OptionalLong.empty()))
        .hasMessageContaining("1 variables are missing, such as 'conv1.weight'");
  }

  @Test
  void damagedVariablesAreRefused() throws IOException {
    Checkpoint checkpoint = Fixtures.checkpoint("shortcut-b");
    Path version =
        SavedModelExport.write(
            checkpoint,
            Fixtures.config("shortcut-b", checkpoint),
            folder.resolve("net"),
            ServingOptions.DEFAULT);
    Path shard = version.resolve("variables/variables.data-00000-of-00001");
    byte[] content = Files.readAllBytes(shard);
    content[content.length / 2] ^= 1;
    Files.write(shard, content);
    assertThatThrownBy(() -> SavedModelWeights.read(version, OptionalLong.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(version.toString())
        .hasMessageContaining("checksum");
  }

  @Test
  void aModelOfConstantsHasNoWeightsToRead() throws IOException {
    Files.createFile(folder.resolve("saved_model.pb"));
    assertThatThrownBy(() -> SavedModelWeights.read(folder, OptionalLong.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            folder
                + " has no variables: what weights it has are constants in its graph. Export it"
                + " with variables.");
  }

  private static StoredTensor floats(float... values) {
    return new StoredTensor(
        DType.FLOAT32, new long[] {values.length}, ByteBuffer.wrap(Fixtures.bytes(values)));
  }
}
