package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.Checkpoint.Format;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointTest {
  @TempDir Path folder;

  /** Sums as PyTorch's float64 gives them for the same files, added in file order. */
  @ParameterizedTest
  @CsvSource({
    "d8w2.pt, PYTORCH_ZIP, 56, 5539.268810667629, conv1.weight, fc.bias",
    "d8w4.pt, PYTORCH_ZIP, 56, 5585.858847425581, conv1.weight, fc.bias",
    "d8w4-a.pt, PYTORCH_ZIP, 44, 4336.52131819733, module.conv1.weight, module.linear.bias",
    "d8w4-nobn.pt, PYTORCH_ZIP, 11, 4.069340923764685, conv1.weight, fc.bias",
    "d8w4-nores.pt, PYTORCH_LEGACY, 44, 4282.662179582829, conv1.weight, fc.bias",
    "net.pkl, PYTORCH_LEGACY, 128, 736641.8853051108, module.conv1.weight, module.fc.bias",
    "resnet20-12fca82f.th, PYTORCH_LEGACY, 97, 139.7826495598208, module.conv1.weight, module.linear.bias",
    "resnet32-d509ac18.th, PYTORCH_LEGACY, 157, 721.5178900284965, module.conv1.weight, module.linear.bias",
    "resnet56-4bfd9763.th, PYTORCH_LEGACY, 277, 1427.8790116970986, module.conv1.weight, module.linear.bias",
  })
  void readsPublishedCheckpoints(
      String name, Format format, int count, double sum, String first, String last)
      throws Exception {
    Checkpoint checkpoint = Checkpoint.read(TestData.shared("checkpoints/" + name));

    assertThat(checkpoint.format()).isEqualTo(format);
    assertThat(checkpoint.tensors()).hasSize(count);
    assertThat(checkpoint.tensors().keySet()).startsWith(first).endsWith(last);
    double total = 0;
    for (StoredTensor tensor : checkpoint.tensors().values()) {
      for (double element : tensor.toDoubles()) {
        total += element;
      }
    }
    // The same float64 additions in the same order, so the same result.
    assertThat(total).isEqualTo(sum);
  }

  @Test
  void saysWhichFileWasRead() throws Exception {
    Path path = TestData.checkpoint("parameters.pt");
    Checkpoint checkpoint = Checkpoint.read(path);

    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
    assertThat(checkpoint.sha256()).isEqualTo(HexFormat.of().formatHex(digest));
    assertThat(checkpoint.path()).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "'hello, world', this is a text file",
    "'weights={}', this is a text file",
    "'version https://git-lfs.github.com/spec/v1', this is a Git LFS pointer",
    "'\u0089HDF\r\n', this is an HDF5 file",
    "'\u001f\u008b\b', this is a gzip-compressed file",
    "'\u0000\u0001', this is in no format that weights are read from",
  })
  void namesOtherFiles(String content, String message) throws Exception {
    Path path = Files.writeString(folder.resolve("weights"), content, StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> Checkpoint.read(path))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(path + ": " + message)
        .hasMessageEndingWith("a safetensors or npz file, or a TensorFlow checkpoint.");
  }

  @Test
  void refusesWhatIsNoFile() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty"));
    Map<Path, String> cases =
        Map.of(
            folder,
            "this is a folder",
            folder.resolve("absent"),
            "there is no such file",
            empty,
            "the file is empty");
    cases.forEach(
        (path, message) ->
            assertThatThrownBy(() -> Checkpoint.read(path))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(path + ": " + message));
  }

  @ParameterizedTest
  @CsvSource({"views.pt", "legacy.pt", "dtypes.pt", "legacy-dtypes.pt"})
  void refusesEveryTruncation(String name) {
    byte[] whole = TestData.checkpointBytes(name);
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(prefix))
          .as("first %d bytes of %s", length, name)
          .isInstanceOf(BadInputException.class);
    }
  }

  /** A flipped byte gives a finding or other values, never another exception. */
  @ParameterizedTest
  @CsvSource({"views.pt", "legacy.pt", "legacy-protocol4.pt", "parameters.pt"})
  void survivesEveryFlippedByte(String name) throws Exception {
    byte[] whole = TestData.checkpointBytes(name);
    int refused = 0;
    for (int mask : new int[] {0x01, 0x80, 0xff}) {
      for (int i = 0; i < whole.length; i++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) mask;
        try {
          read(flipped).tensors().values().forEach(StoredTensor::toDoubles);
        } catch (BadInputException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
  }

  private static Weights read(byte[] content) throws Exception {
    FileBytes file = FileBytes.of(content);
    return Checkpoint.read(file, FormatDetector.detect(file));
  }
}
