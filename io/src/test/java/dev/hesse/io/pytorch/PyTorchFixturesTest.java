package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What testdata/checkpoints/make_checkpoints.py saved, against the values that it says. */
class PyTorchFixturesTest {
  private static Map<String, StoredTensor> read(String name) throws IOException {
    return Checkpoint.read(TestData.checkpoint(name)).tensors();
  }

  private static void assertTensor(
      StoredTensor tensor, DType dtype, long[] shape, double... elements) {
    assertThat(tensor.dtype()).isEqualTo(dtype);
    assertThat(tensor.shape()).containsExactly(shape);
    assertThat(tensor.toDoubles()).containsExactly(elements);
  }

  private static long[] shape(long... dimensions) {
    return dimensions;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dtypes.pt", "legacy-dtypes.pt"})
  void elementTypes(String name) throws IOException {
    Map<String, StoredTensor> t = read(name);

    assertTensor(t.get("float16"), DType.FLOAT16, shape(4), 1.5, -0.0, 65504, 0x1p-24);
    assertTensor(t.get("bfloat16"), DType.BFLOAT16, shape(3), 1.5, -2, 0x1.c4p127);
    assertTensor(
        t.get("float32"),
        DType.FLOAT32,
        shape(3),
        0.1f,
        -Float.MIN_VALUE,
        Double.POSITIVE_INFINITY);
    assertTensor(t.get("float64"), DType.FLOAT64, shape(3), 0.1, Double.MIN_VALUE, Double.NaN);
    assertTensor(t.get("int8"), DType.INT8, shape(2), -128, 127);
    assertTensor(t.get("int16"), DType.INT16, shape(2), -32768, 32767);
    assertTensor(t.get("int32"), DType.INT32, shape(2), Integer.MIN_VALUE, Integer.MAX_VALUE);
    assertTensor(t.get("int64"), DType.INT64, shape(2), -0x1p53, 0x1p53);
    assertTensor(t.get("uint8"), DType.UINT8, shape(2), 0, 255);
    assertTensor(t.get("uint16"), DType.UINT16, shape(2), 0, 65535);
    assertTensor(t.get("uint32"), DType.UINT32, shape(2), 0, 0xffffffffL);
    assertTensor(t.get("uint64"), DType.UINT64, shape(2), 1, 0x1p63);
    assertTensor(t.get("bool"), DType.BOOL, shape(2), 1, 0);
    assertTensor(t.get("scalar"), DType.FLOAT32, shape(), 2.5);
    assertTensor(t.get("counter"), DType.INT64, shape(), 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pt", "legacy.pt"})
  void sharedAndStridedStorages(String name) throws IOException {
    Map<String, StoredTensor> t = read(name);

    assertThat(t.get("base").shape()).containsExactly(2, 3, 4);
    assertThat(t.get("base").toDoubles()).hasSize(24).startsWith(0, 1, 2).endsWith(22, 23);
    assertThat(t.get("transposed").shape()).containsExactly(4, 2, 3);
    assertThat(t.get("transposed").toDoubles()).startsWith(0, 4, 8, 12, 16, 20, 1, 5).endsWith(23);
    assertTensor(t.get("strided"), DType.FLOAT32, shape(2, 2, 2), 1, 3, 9, 11, 13, 15, 21, 23);
    assertTensor(t.get("row"), DType.FLOAT32, shape(4), 20, 21, 22, 23);
    assertTensor(t.get("element"), DType.FLOAT32, shape(), 19);
    assertTensor(t.get("expanded"), DType.FLOAT32, shape(2, 3), 1, 1, 1, 2, 2, 2);
    assertTensor(t.get("empty"), DType.FLOAT32, shape(0, 5));
    assertThat(t.get("channels_last").toDoubles())
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.pt", "protocol4.pt", "protocol5.pt", "legacy-protocol4.pt"})
  void weightsAmongEverythingThatTrainingKeeps(String name) throws IOException {
    Checkpoint checkpoint = Checkpoint.read(TestData.checkpoint(name));

    assertThat(checkpoint.tensors().keySet())
        .containsExactly(
            "0.weight",
            "0.bias",
            "1.weight",
            "1.bias",
            "1.running_mean",
            "1.running_var",
            "1.num_batches_tracked");
    assertTensor(
        checkpoint.tensors().get("0.bias"),
        DType.FLOAT32,
        shape(2),
        -0.11877556145191193,
        0.2937234044075012);
    assertThat(checkpoint.metadata())
        .containsExactly(
            Map.entry("epoch", "3"),
            Map.entry("arch", "mlp"),
            Map.entry("best_loss", "0.5"),
            Map.entry("resumed", "false"));
    assertThat(checkpoint.omitted())
        .containsExactly(
            "best_acc",
            "optimizer",
            "optimizer_adam",
            "scheduler",
            "losses",
            "history",
            "seen",
            "tag",
            "device",
            "dtype",
            "shape",
            "rng");
  }

  @Test
  void parameters() throws IOException {
    Map<String, StoredTensor> t = read("parameters.pt");
    assertThat(t.keySet()).containsExactly("plain", "marked", "attributed");
    assertTensor(t.get("plain"), DType.FLOAT32, shape(2), 1, 2);
    assertTensor(t.get("marked"), DType.FLOAT32, shape(1), 3);
    assertTensor(t.get("attributed"), DType.FLOAT32, shape(1), 4);
  }

  @Test
  void protocol1() throws IOException {
    assertTensor(read("legacy-protocol1.pt").get("w"), DType.FLOAT32, shape(2), 1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "module.pt | refers to 'torch.nn.modules.container.Sequential'",
        "complex.pt | tensor 'z': elements of type complex64 are not read",
        "float8.pt | tensor 'q': elements of type float8_e4m3fn are not read",
        "sparse.pt | holds a sparse tensor",
        "quantized.pt | holds a quantized tensor",
        "numbers.pt | the checkpoint's dict holds no tensors by name",
      })
  void refuses(String name, String message) {
    assertThatThrownBy(() -> read(name))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("In PyTorch, ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void tellsHowToSaveAWholeModule() {
    assertThatThrownBy(() -> read("module.pt"))
        .hasMessageContaining("torch.save(model.state_dict(), \"weights.pt\")");
  }
}
