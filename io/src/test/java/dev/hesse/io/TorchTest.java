package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.Checkpoint.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What PyTorch and NumPy themselves find in files that were written here. Needs the environment
 * variable HESSE_TORCH_PYTHON, a Python that has both.
 */
class TorchTest {
  private static final String VARIABLE = "HESSE_TORCH_PYTHON";

  /** Prints name, type, shape and bytes of each tensor, in order. */
  private static final String PRINT =
      """
      import sys
      import numpy as np
      import torch

      def show(items):
          for name, tensor in items:
              if isinstance(tensor, torch.Tensor):
                  tensor = tensor.detach().cpu().contiguous()
                  dtype = str(tensor.dtype).removeprefix("torch.")
                  width = tensor.element_size()
                  bits = tensor.reshape(-1).view(torch.uint8) if width > 1 else tensor
                  data = bits.numpy().tobytes()
              else:
                  dtype, data = str(tensor.dtype), tensor.tobytes()
              print(name, dtype, list(tensor.shape), data.hex(), sep="|")

      sys.stdout.reconfigure(encoding="utf-8")
      kind, path = sys.argv[1:]
      if kind == "npz":
          show(np.load(path).items())
      else:
          state = torch.load(path, map_location="cpu", weights_only=kind == "pt")
          for key in ("state_dict", "model_state_dict"):
              state = state.get(key, state)
          show(state.items())
      """;

  private static String python = "";

  @TempDir Path folder;

  @BeforeAll
  static void findPython() {
    String named = System.getenv(VARIABLE);
    assumeTrue(named != null, "needs " + VARIABLE + ", a Python with torch and numpy");
    python = named;
  }

  private static String show(String kind, Path path) throws Exception {
    Process process =
        new ProcessBuilder(python, "-c", PRINT, kind, path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit code for %s", path).isZero();
    return out;
  }

  private static String show(Map<String, StoredTensor> tensors) {
    StringBuilder text = new StringBuilder();
    tensors.forEach(
        (name, tensor) -> {
          text.append(name).append('|').append(tensor.dtype().label()).append('|');
          text.append(Arrays.toString(tensor.shape())).append('|');
          byte[] bytes = new byte[tensor.data().remaining()];
          tensor.data().get(bytes);
          text.append(HexFormat.of().formatHex(bytes)).append('\n');
        });
    return text.toString();
  }

  private Path write(Format format, Map<String, StoredTensor> tensors) throws IOException {
    Path path = folder.resolve("a." + format.label());
    WeightsWriter.write(format, path, new Weights(tensors, Map.of()));
    return path;
  }

  @Test
  void everyTypeAndName() throws Exception {
    Map<String, StoredTensor> tensors = WeightsWriterTest.everything();
    assertThat(show("pt", write(Format.PYTORCH_ZIP, tensors))).isEqualTo(show(tensors));
    tensors.values().removeIf(tensor -> tensor.dtype() == DType.BFLOAT16);
    assertThat(show("npz", write(Format.NPZ, tensors))).isEqualTo(show(tensors));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dtypes.pt", "views.pt", "legacy.pt", "training.pt", "parameters.pt"})
  void fixtures(String name) throws Exception {
    assertSameAsSource(TestData.checkpoint(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"net.pkl", "resnet20-12fca82f.th", "d8w4.pt", "d8w4-a.pt"})
  void published(String name) throws Exception {
    assertSameAsSource(TestData.shared("checkpoints/" + name));
  }

  private void assertSameAsSource(Path source) throws Exception {
    Map<String, StoredTensor> tensors = Checkpoint.read(source).tensors();
    assertThat(show("pt", write(Format.PYTORCH_ZIP, tensors))).isEqualTo(show("any", source));
  }
}
