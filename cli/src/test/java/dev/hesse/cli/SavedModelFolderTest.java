package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SavedModel on a folder of CIFAR's layout. */
class SavedModelFolderTest {
  private static final Path IMAGES = CommandRun.testdata("demo/images.npy");
  private static final Path LABELS = CommandRun.testdata("demo/labels.npy");
  private static final int PLANE = 32 * 32;
  private static final int RECORD = 1 + 3 * PLANE;

  @TempDir private Path folder;
  private Path model;
  private StoredTensor images;
  private StoredTensor labels;

  SavedModelFolderTest() throws IOException {
    model = Path.of("");
    images = Npy.read(IMAGES);
    labels = Npy.read(LABELS);
  }

  @BeforeEach
  void export() {
    model = folder.resolve("served");
    assertThat(CommandRun.of("convert DEMO/net.pt", model, "--serve-raw").status())
        .isEqualTo(ExitStatus.DONE);
  }

  private ByteBuffer record(int example) {
    ByteBuffer record = ByteBuffer.allocate(RECORD).put((byte) labels.toDouble(example));
    for (int channel = 0; channel < 3; channel++) {
      for (int i = 0; i < PLANE; i++) {
        record.put((byte) images.toDouble((example * PLANE + i) * 3 + channel));
      }
    }
    return record.flip();
  }

  private void write(int examples, int lastExample) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("data_batch_1.bin"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      for (int i = 0; i < examples; i++) {
        file.write(record(i));
      }
      file.write(record(examples), (long) lastExample * RECORD);
    }
  }

  private HessianReport report(Object... options) throws IOException {
    Path out = folder.resolve("out");
    Object[] all = {model, options[0], options[1], options[2], options[3], "--out", out};
    CommandRun run =
        CommandRun.of(
            "analyze --sequential --only eigenvalues --hessian-batch-size 20 --saved-model", all);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    return ReportReader.read(out.resolve("report.json"));
  }

  @Test
  void theNumbersAreThoseOfItsArrays() throws IOException {
    write(24, 24);
    HessianReport arrays = report("--images", IMAGES, "--labels", LABELS);
    HessianReport ofFolder = report("--data-dir", folder, "--split", "train");
    // The same pixels in the same graph: what differs is the order of sums over threads.
    assertThat(ofFolder.loss()).isCloseTo(arrays.loss(), within(1e-6 * arrays.loss()));
    assertThat(ofFolder.accuracy()).isEqualTo(arrays.accuracy());
    double top = arrays.eigenvalues().top().get(0).value();
    assertThat(ofFolder.eigenvalues().top().get(0).value()).isCloseTo(top, within(1e-4 * top));
  }

  /** A file with a hole, whose images are more than one array of floats could hold. */
  @Test
  void imagesAreReadByRanges() throws IOException {
    int last = 699_999;
    write(2, last);
    Usage usage =
        new Usage(
            "analyze",
            List.of(),
            "",
            List.of(ModelOptions.GROUP, SavedModelOptions.GROUP, DataOptions.GROUP),
            List.of(),
            List.of());
    BatchSource data =
        Subject.from(
                Arguments.parse(
                    usage,
                    List.of(
                        "--saved-model=" + model,
                        "--data-dir=" + folder,
                        "--hessian-batch-size=all",
                        "--sequential")))
            .examples();
    assertThat(data.examples()).isEqualTo(last + 1);
    assertExample(data, last, 2);
    assertExample(data, 1, 1);
  }

  private void assertExample(BatchSource data, int number, int example) {
    Batch batch = data.read(number, 1);
    assertThat(((StoredTensor) batch.array(Batch.LABELS)).toDoubles())
        .containsExactly(labels.toDouble(example));
    String input =
        batch.arrays().keySet().stream()
            .filter(name -> !name.equals(Batch.LABELS))
            .findFirst()
            .orElseThrow();
    // Bytes as float32, which holds them but for the rounding of a division.
    double[] pixels = ((StoredTensor) batch.array(input)).toDoubles();
    double[] expected = images.rows(new int[] {example}).toDoubles();
    assertThat(pixels).hasSameSizeAs(expected);
    for (int i = 0; i < pixels.length; i++) {
      assertThat(pixels[i]).isCloseTo(expected[i], within(1e-4));
    }
  }
}
