package dev.hesse.io.tensorbundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;

class BundleNamesTest {
  private static final byte[] DATA = {1, 2, 3, 4};
  private static final byte[] INDEX =
      TestIndex.ofShards(1)
          .with(
              "w", TestIndex.entry(DataType.DT_UINT8, 4, 4).setCrc32C(TestIndex.crc(DATA)).build())
          .build();

  @TempDir Path folder;

  @BeforeEach
  void makeBundle() throws Exception {
    Files.write(folder.resolve("net.ckpt-7.index"), INDEX);
    Files.write(folder.resolve("net.ckpt-7.data-00000-of-00001"), DATA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"net.ckpt-7", "net.ckpt-7.index", "net.ckpt-7.data-00000-of-00001"})
  void namesABundle(String name) throws Exception {
    Checkpoint checkpoint = Checkpoint.read(folder.resolve(name));

    assertThat(checkpoint.path()).isEqualTo(folder.resolve(name));
    assertThat(checkpoint.format()).isEqualTo(Checkpoint.Format.TENSORFLOW_CHECKPOINT);
    assertThat(checkpoint.tensors().get("w").data()).isEqualTo(ByteBuffer.wrap(DATA));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(TestTable.concat(INDEX, DATA));
    assertThat(checkpoint.sha256()).isEqualTo(HexFormat.of().formatHex(digest));
  }

  @Test
  void namesABundleByItsFolder() throws Exception {
    for (String latest :
        new String[] {"net.ckpt-7", "./net.ckpt-7", "net\\056ckpt-7", folder + "/net.ckpt-7"}) {
      Files.writeString(
          folder.resolve("checkpoint"),
          "all_model_checkpoint_paths: \"x\"\nmodel_checkpoint_path: \"%s\"\n".formatted(latest));
      assertThat(Checkpoint.read(folder).tensors()).containsOnlyKeys("w");
    }
  }

  static Stream<Arguments> states() {
    return Stream.of(
        arguments("model_checkpoint_path: \"../net\"", "it names '../net', which is not in"),
        arguments("model_checkpoint_path: \"/net\"", "it names '/net', which is not in"),
        arguments("model_checkpoint_path: \"\"", "it names '', which is not in"),
        arguments("model_checkpoint_path: \"a/../..\"", "it names 'a/../..', which is not in"),
        arguments("model_checkpoint_path: \"\\777\\q\"", "'\\777\\q' is not a path"),
        arguments("model_checkpoint_path: \"\\000\"", "'\\000' is not a path"),
        arguments("model_checkpoint_path: net", "no line model_checkpoint_path"),
        arguments(" ".repeat(1 << 21), "2097152 bytes, where at most 1048576 are read"),
        arguments("model_checkpoint_path: \"gone\"", "gone.index: there is no such file"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("states")
  void refusesStates(String state, String message) throws Exception {
    Files.writeString(folder.resolve("checkpoint"), state);

    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(folder + ": ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesCheckpointsOfVersion1() throws Exception {
    Path file = Files.write(folder.resolve("model.ckpt"), INDEX);

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("this is a TensorFlow checkpoint of version 1");
  }

  /** Another format's file is read by what is in it, also beside a bundle of its name. */
  @Test
  void contentDecidesForAFileThatIsThere() throws Exception {
    Path file = folder.resolve("net.ckpt-7");
    Safetensors.write(
        file,
        Map.of("v", new StoredTensor(DType.UINT8, new long[0], ByteBuffer.allocate(1))),
        Map.of());

    assertThat(Checkpoint.read(file).tensors()).containsOnlyKeys("v");
  }
}
