package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.npy.Npz;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code analyze --saved-model} and {@code inspect} on the demo network as a SavedModel. */
class SavedModelCommandTest {
  private static final Path IMAGES = CommandRun.testdata("demo/images.npy");
  private static final Path LABELS = CommandRun.testdata("demo/labels.npy");

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void export() {
    model = folder.resolve("served");
    assertThat(CommandRun.of("convert DEMO/net.pt", model, "--serve-raw").status())
        .isEqualTo(ExitStatus.DONE);
  }

  private CommandRun analyze(Object... options) {
    List<Object> all = new ArrayList<>(List.of(model));
    all.addAll(Arrays.asList(options));
    all.addAll(List.of("--out", folder.resolve("out")));
    return CommandRun.of("analyze --sequential --only eigenvalues --saved-model", all.toArray());
  }

  private HessianReport report(CommandRun run) throws IOException {
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    return ReportReader.read(folder.resolve("out/report.json"));
  }

  private static void assertSame(HessianReport actual, HessianReport expected) {
    double top = expected.eigenvalues().top().get(0).value();
    // The same float32 arithmetic, but for the place where pixels are normalised.
    assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5 * expected.loss()));
    assertThat(actual.accuracy()).isEqualTo(expected.accuracy());
    assertThat(actual.eigenvalues().top().get(0).value()).isCloseTo(top, within(1e-4 * top));
  }

  @Test
  void agreesWithTheCheckpointThatItWasMadeOf() throws IOException {
    HessianReport served = report(analyze("--images", IMAGES, "--labels", LABELS));
    assertThat(served.model().architecture()).isEqualTo("SavedModel");
    assertThat(served.model().loss()).isEqualTo("softmax-cross-entropy of 'logits'");
    assertThat(served.model().parameterRule())
        .isEqualTo("the model's collection of trainable variables");
    CommandRun run =
        CommandRun.of(
            "analyze --sequential --only eigenvalues --resume DEMO/net.pt",
            "--images",
            IMAGES,
            "--labels",
            LABELS,
            "--out",
            folder.resolve("out"));
    assertSame(served, report(run));
  }

  @Test
  void probabilitiesAreTakenBackToLogits() throws IOException {
    HessianReport logits = report(analyze("--images", IMAGES, "--labels", LABELS));
    HessianReport probabilities =
        report(analyze("--images", IMAGES, "--labels", LABELS, "--output", "probabilities"));
    assertThat(probabilities.model().loss())
        .isEqualTo("softmax-cross-entropy of 'probabilities' before its softmax");
    assertSame(probabilities, logits);
  }

  @Test
  void classesAndOneHotRowsAreTheSame() throws IOException {
    HessianReport classes = report(analyze("--images", IMAGES, "--labels", LABELS));
    StoredTensor labels = Npy.read(LABELS);
    int count = labels.elementCount();
    float[] rows = new float[10 * count];
    for (int i = 0; i < count; i++) {
      rows[10 * i + (int) labels.toDouble(i)] = 1;
    }
    Path archive = folder.resolve("examples.npz");
    Npz.write(
        archive,
        Map.of(
            "images", Npy.read(IMAGES), "labels", StoredTensor.of(new long[] {count, 10}, rows)));
    assertSame(report(analyze("--input", archive)), classes);
    assertSame(report(analyze("--images", archive + ":images", "--labels", archive)), classes);
    assertSame(
        report(analyze("--images", IMAGES, "--input", "images", "--labels", LABELS)), classes);
  }

  @Test
  void aPenaltyShiftsTheSpectrum() throws IOException {
    HessianReport plain = report(analyze("--images", IMAGES, "--labels", LABELS));
    HessianReport shifted = report(analyze("--images", IMAGES, "--labels", LABELS, "--l2", "0.25"));
    double top = plain.eigenvalues().top().get(0).value();
    assertThat(shifted.eigenvalues().top().get(0).value()).isCloseTo(top + 0.5, within(1e-4 * top));
    assertThat(shifted.loss()).isGreaterThan(plain.loss());
  }

  private void assertRefused(String message, Object... options) {
    CommandRun run = analyze(options);
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.BAD_INPUT, "", "hesse: " + message + "\n"));
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    Path small = folder.resolve("small.npy");
    Npy.write(small, StoredTensor.of(new long[] {2, 3}, new float[6]));
    Path high = folder.resolve("high.npy");
    Npy.write(high, StoredTensor.of(new long[] {2}, new int[] {3, 10}));
    assertRefused(
        "the model has no signature 'train'. Take one of 'serving_default'.",
        "--images",
        IMAGES,
        "--labels",
        LABELS,
        "--signature",
        "train");
    assertRefused(
        "input 'images' takes arrays of shape [?, 32, 32, 3], got [2, 3]. Reshape the array, or"
            + " feed another tensor.",
        "--images",
        small,
        "--labels",
        LABELS);
    assertRefused(
        "label 10 at index 1 is no class, which are whole numbers from 0 to 9. Number the classes"
            + " that the model tells apart from 0.",
        "--images",
        IMAGES,
        "--labels",
        high);
    assertRefused(
        "nothing is given for 'images' (uint8 [?, 32, 32, 3]). Give --input NAME=FILE for each.",
        "--labels",
        LABELS);
    assertRefused(
        "the model has no input or tensor 'x'. The signature's inputs are 'images'.",
        "--input",
        "x=" + IMAGES,
        "--labels",
        LABELS);
    assertRefused(
        "'class' holds int64, of which there is no derivative. Name a tensor before it with"
            + " --output, such as 'logits'.",
        "--images",
        IMAGES,
        "--labels",
        LABELS,
        "--output",
        "class");
  }

  @Test
  void aDamagedGraphIsSaid() throws IOException {
    Path graph = model.resolve("1").resolve("saved_model.pb");
    byte[] bytes = Files.readAllBytes(graph);
    Files.write(graph, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(
        graph
            + ": this is not a SavedModel's protocol buffer, or not all of it. The file is damaged or was"
            + " made to mislead: get it again from its source.",
        "--images",
        IMAGES,
        "--labels",
        LABELS);
  }

  @Test
  void inspectShowsSignaturesVariablesAndOperations() {
    CommandRun run = CommandRun.of("inspect", model);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("tags: serve\n")
        .contains("signature serving_default: tensorflow/serving/predict\n")
        .contains("  input  images  uint8 [?, 32, 32, 3]  images:0\n")
        .contains("  output logits  float32 [?, 10]  logits:0\n")
        .contains("  conv1.weight  float32 [3, 3, 3, 4]  trainable\n")
        .containsPattern("  Conv2D +9  rule\n")
        .containsPattern("  ArgMax +1  no rule, none needed\n");
    CommandRun json = CommandRun.of("inspect --json --nodes", model);
    assertThat(json.out().replaceAll("\\s", ""))
        .startsWith("{\"format\":\"saved-model\",\"tensors\":[{\"name\":\"conv1.weight\"")
        .contains("\"signatures\":[{\"name\":\"serving_default\"")
        .contains("{\"type\":\"Conv2D\",\"count\":9,\"rule\":true,\"afterVariable\":true}")
        .contains("{\"name\":\"logits\",\"type\":");
  }
}
