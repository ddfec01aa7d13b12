package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Normalization;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported models against the graphs that they came from. */
class ServedLogitsTest {
  private static final int[] SIZES = {1, 3, 7};

  /** Logits of up to 10, each the end of ten layers of up to 300 terms in float32. */
  private static final double LOGITS = 1e-5;

  /** Ten float32 numbers up to 1, and their sum. */
  private static final double PROBABILITY = 10 * 0x1p-24;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"shortcut-b", "shortcut-a", "no-batch-norm", "no-residual"})
  void logitsOfAnyBatchSizeEqualTheGraphs(String kind) throws Exception {
    Checkpoint checkpoint = Fixtures.checkpoint(kind);
    assertServed(checkpoint, Fixtures.config(kind, checkpoint), Prediction.inFreshProcess());
  }

  @ParameterizedTest
  @ValueSource(strings = {"d8w4.pt", "d8w4-a.pt", "d8w4-nobn.pt", "d8w4-nores.pt", "net.pkl"})
  void soDoThoseOfTrainedNetworks(String file) throws Exception {
    Path path = Fixtures.shared("checkpoints").resolve(file);
    assumeTrue(Files.exists(path), "no trained networks beside the checkout");
    Checkpoint checkpoint = Checkpoint.read(path);
    assertServed(checkpoint, Fixtures.config(file, checkpoint), List.of());
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16", "BFLOAT16", "FLOAT64"})
  void weightsOfOtherPrecisionsAreConvertedWhereTheyAreRead(DType dtype) throws Exception {
    Checkpoint checkpoint =
        Fixtures.map(Fixtures.checkpoint("shortcut-b"), tensor -> rounded(tensor, dtype));
    assertServed(checkpoint, Fixtures.config("shortcut-b", checkpoint), List.of());
  }

  /** Another loader, on another TensorFlow: DJL's engine with TensorFlow 2.7. */
  @Test
  void anotherLoaderGivesTheSame() throws Exception {
    Path djl = Path.of("target", "djl").toAbsolutePath();
    assumeTrue(
        Files.exists(djl) && System.getProperty("os.arch").equals("amd64"),
        "DJL's TensorFlow is for Linux on x86-64");
    Checkpoint checkpoint = Fixtures.checkpoint("shortcut-a");
    assertServed(
        checkpoint,
        Fixtures.config("shortcut-a", checkpoint),
        List.of(
            Prediction.java(),
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-DDJL_CACHE_DIR=" + djl.resolveSibling("djl-cache"),
            "-cp",
            djl.resolve("*").toString(),
            Path.of("src", "test", "djl", "DjlPredict.java").toAbsolutePath().toString()));
  }

  private void assertServed(Checkpoint checkpoint, ResNetConfig config, List<String> launcher)
      throws IOException, InterruptedException {
    Path model =
        SavedModelExport.write(checkpoint, config, folder.resolve("net"), ServingOptions.DEFAULT);
    ResNet net = ResNet.load(checkpoint, config);
    float[] images = Fixtures.images(7);
    List<Prediction> served =
        Prediction.of(launcher, model, Fixtures.bytes(images), config.classes(), folder, SIZES);
    for (int i = 0; i < SIZES.length; i++) {
      double[] expected = Fixtures.logits(net, images, SIZES[i]);
      assertThat(served.get(i).logits()).containsExactly(expected, within(LOGITS));
      assertConsistent(served.get(i), config.classes());
    }
  }

  private static void assertConsistent(Prediction served, int classes) {
    for (int row = 0; row < served.classes().length; row++) {
      int likeliest = (int) served.classes()[row];
      double[] logits = row(served.logits(), row, classes);
      double[] probabilities = row(served.probabilities(), row, classes);
      assertThat(logits[likeliest]).isEqualTo(Arrays.stream(logits).max().orElseThrow());
      double sum = Arrays.stream(logits).map(l -> Math.exp(l - logits[likeliest])).sum();
      assertThat(probabilities[likeliest]).isCloseTo(1 / sum, within(PROBABILITY));
      assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, within(PROBABILITY));
    }
  }

  private static double[] row(double[] values, int row, int classes) {
    return Arrays.copyOfRange(values, row * classes, (row + 1) * classes);
  }

  @Test
  void rawImagesAreNormalisedByTheModel() throws Exception {
    Normalization normalization =
        new Normalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
    Checkpoint checkpoint = Fixtures.checkpoint("shortcut-b");
    ResNetConfig config = Fixtures.config("shortcut-b", checkpoint);
    Path model =
        SavedModelExport.write(
            checkpoint,
            config,
            folder.resolve("raw"),
            new ServingOptions(true, normalization, false));
    byte[] pixels = new byte[7 * 32 * 32 * 3];
    new Random(1).nextBytes(pixels);
    float[] images = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      double value = Byte.toUnsignedInt(pixels[i]) / 255.0;
      int channel = i % 3;
      images[i] =
          (float) ((value - normalization.mean().get(channel)) / normalization.std().get(channel));
    }
    List<Prediction> served =
        Prediction.of(Prediction.inFreshProcess(), model, pixels, config.classes(), folder, SIZES);
    ResNet net = ResNet.load(checkpoint, config);
    for (int i = 0; i < SIZES.length; i++) {
      assertThat(served.get(i).logits())
          .containsExactly(Fixtures.logits(net, images, SIZES[i]), within(LOGITS));
    }
  }

  /** The tensor in another precision, by truncation; in float64 with bits that float32 lacks. */
  private static StoredTensor rounded(StoredTensor tensor, DType dtype) {
    ByteBuffer data =
        ByteBuffer.allocate(tensor.elementCount() * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : tensor.toDoubles()) {
      switch (dtype) {
        case FLOAT64 -> data.putDouble(value * (1 + 0x1p-40));
        case BFLOAT16 -> data.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
        default -> data.putShort(half(value));
      }
    }
    return new StoredTensor(dtype, tensor.shape(), data.flip());
  }

  /** IEEE 754 binary16, truncated, of a number below 2¹⁵; subnormal ones become zero. */
  private static short half(double value) {
    int bits = Float.floatToIntBits((float) value);
    int exponent = (bits >>> 23 & 0xff) - 127 + 15;
    int magnitude = exponent <= 0 ? 0 : (exponent << 10) | (bits >>> 13 & 0x3ff);
    return (short) ((bits >>> 16 & 0x8000) | magnitude);
  }
}
