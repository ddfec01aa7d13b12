package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeCommandTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --sequential --hessian-batch-size 20 ";

  private static final int NPY_HEADER = 128;
  private static final int LAST_LABEL = 9;

  @TempDir private Path folder;

  private CommandRun run(String options) {
    return CommandRun.of(DEMO + options + " --out", folder);
  }

  private HessianReport report() throws IOException {
    return ReportReader.read(folder.resolve("report.json"));
  }

  @Test
  void reportsEverythingByDefault() throws IOException {
    CommandRun run = run("--trace-samples 20 --density-iter 10 --density-runs 2 --per-layer");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .contains("ResNet8 (width 4, shortcut B), 5,214 parameters")
        .contains("20 examples, sequential, at once")
        .contains("2 runs of 10 steps");
    HessianReport report = report();
    assertThat(report.model().sha256()).hasSize(64);
    assertThat(report.model().parameters()).isEqualTo(5214);
    assertThat(report.data().order()).isEqualTo("sequential");
    assertThat(report.data().split()).isNull();
    assertThat(report.checks().deterministic()).isTrue();
    assertThat(report.eigenvalues().converged()).isTrue();
    assertThat(report.eigenvalues().top()).hasSize(1);
    assertThat(report.eigenvalues().bottom()).isEmpty();
    assertThat(report.trace().method()).isEqualTo("krylov");
    assertThat(report.trace().samples()).isEqualTo(20);
    assertThat(report.density().method()).isEqualTo("lanczos");
    assertThat(report.density().runs()).hasSize(2);
    assertThat(report.cost().hvps())
        .isEqualTo(report.eigenvalues().hvps() + report.trace().hvps() + report.density().hvps());
    assertThat(report.layers().get(0).name()).isEqualTo("conv1.weight");
    // The layers' traces add up to the whole in the same sums of products.
    assertThat(report.layers().stream().mapToDouble(HessianReport.Layer::trace).sum())
        .isCloseTo(report.trace().value(), within(1e-9 * Math.abs(report.trace().value())));
    assertThat(Files.readString(folder.resolve("example.svg"))).contains("<svg");
    assertThat(Files.readString(folder.resolve("example.pdf"), StandardCharsets.ISO_8859_1))
        .startsWith("%PDF");
    assertThat(folder.toFile().list()).hasSize(3);
  }

  @Test
  void theKernelPolynomialMethodIsNotSaidToBeLanczos() throws IOException {
    CommandRun run = run("--density-method kpm --density-iter 20 --density-runs 2");
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .contains("density       by the kernel polynomial method\n")
        .contains("2 runs of 40 moments over [")
        .doesNotContain("steps", "Ritz");
    HessianReport report = report();
    assertThat(report.density().method()).isEqualTo("kpm");
    assertThat(report.density().sums()).isEmpty();
  }

  @Test
  void accuracyAloneMakesNoProductsAndNoPlots() throws IOException {
    CommandRun run =
        CommandRun.of(
            "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
                + " --hessian-batch-size all --mini-hessian-batch-size 64 --only accuracy --out",
            folder);
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    HessianReport report = report();
    assertThat(report.data().examples()).isEqualTo(200);
    assertThat(report.data().order()).isEqualTo("shuffled");
    assertThat(report.accuracy()).isEqualTo(0.94);
    assertThat(report.gradientNorm()).isNull();
    assertThat(report.cost().hvps()).isZero();
    assertThat(folder.toFile().list()).containsExactly("report.json");
  }

  @Test
  void eigenvectorsInBothFormatsAreTheSameUnitVectors() throws IOException {
    Path rows = folder.resolve("vectors/v.npy");
    Path named = folder.resolve("v.safetensors");
    String eigenvalues = "--only eigenvalues --top-n 2 --bottom-n 1 --eigenvectors ";
    assertThat(run(eigenvalues + rows).status()).isEqualTo(ExitStatus.DONE);
    assertThat(run(eigenvalues + named).status()).isEqualTo(ExitStatus.DONE);

    StoredTensor matrix = Npy.read(rows);
    assertThat(matrix.shape()).containsExactly(3, 5214);
    double[] values = matrix.toDoubles();
    for (int row = 0; row < 3; row++) {
      double[] vector = Arrays.copyOfRange(values, row * 5214, (row + 1) * 5214);
      // Rounding each entry to float changes a unit vector's squared norm by at most 2⁻²³.
      assertThat(Arrays.stream(vector).map(x -> x * x).sum()).isCloseTo(1, within(0x1p-23));
    }
    Map<String, StoredTensor> tensors = Checkpoint.read(named).tensors();
    assertThat(tensors.get("conv1.weight").shape()).containsExactly(3, 4, 3, 3, 3);
    assertThat(tensors.get("fc.weight").shape()).containsExactly(3, 10, 16);
    int offset = 0;
    for (StoredTensor tensor : tensors.values()) {
      int size = tensor.elementCount() / 3;
      for (int i = 0; i < tensor.elementCount(); i++) {
        assertThat(tensor.toDouble(i)).isEqualTo(values[i / size * 5214 + offset + i % size]);
      }
      offset += size;
    }
    assertThat(offset).isEqualTo(5214);
  }

  @Test
  void fallingShortOfTheToleranceIsAStatusAndStillAReport() throws IOException {
    CommandRun run = run("--only eigenvalues --max-iter 1");
    assertThat(run.status()).isEqualTo(ExitStatus.NOT_CONVERGED);
    assertThat(run.out()).contains("not converged: ");
    assertThat(report().eigenvalues().converged()).isFalse();
    assertThat(folder.resolve("example.pdf")).exists();
  }

  @Test
  void traceAboveItsToleranceCountsOnlyIfTheToleranceIsGiven() throws IOException {
    assertThat(run("--only trace --trace-samples 4").status()).isEqualTo(ExitStatus.DONE);
    assertThat(report().trace().converged()).isFalse();
    assertThat(run("--only trace --trace-samples 4 --tol 1e-3").status())
        .isEqualTo(ExitStatus.NOT_CONVERGED);
    assertThat(run("--only trace --trace-samples 4 --tol 0.999").status())
        .isEqualTo(ExitStatus.DONE);
  }

  @Test
  void oneStepSaysThatItsErrorsAreUnknown() throws IOException {
    CommandRun run = run("--only eigenvalues,density --max-iter 1 --density-iter 1 --accuracy 0.1");
    assertThat(run.status()).isEqualTo(ExitStatus.NOT_CONVERGED);
    assertThat(run.out()).contains("error unknown").doesNotContain("Infinity", "NaN");
    HessianReport.Eigenvalue largest = report().eigenvalues().top().get(0);
    assertThat(largest.error()).isEqualTo(largest.residual());
    assertThat(report().density().outliers()).isNull();
    assertThat(report().density().sums())
        .isNotEmpty()
        .allSatisfy(sum -> assertThat(sum.standardError()).isNaN());
    assertThat(Files.readString(folder.resolve("report.json")))
        .contains("\"standardError\" : null");
  }

  @Test
  void powerIterationAgreesWithLanczos() throws IOException {
    run("--only eigenvalues --top-n 2");
    HessianReport.Eigenvalues lanczos = report().eigenvalues();
    run("--only eigenvalues --top-n 2 --method power --tol 1e-6");
    HessianReport.Eigenvalues power = report().eigenvalues();
    assertThat(power.method()).isEqualTo("power");
    for (int i = 0; i < 2; i++) {
      // An eigenvalue lies within each one's residual of it.
      double allowed = lanczos.top().get(i).residual() + power.top().get(i).residual();
      assertThat(power.top().get(i).value())
          .isCloseTo(lanczos.top().get(i).value(), within(allowed));
    }
  }

  /** With labels that are wrong, so that the Hessian is far from positive semidefinite. */
  @Test
  void byMagnitudeTakesFromBothEnds() throws IOException {
    byte[] labels = Files.readAllBytes(CommandRun.testdata("demo").resolve("labels.npy"));
    for (int i = NPY_HEADER; i < labels.length; i += Long.BYTES) {
      labels[i] = (byte) (LAST_LABEL - labels[i]);
    }
    Path wrong = Files.write(folder.resolve("wrong.npy"), labels);
    String analyze = DEMO.replace("DEMO/labels.npy", wrong.toString()) + "--only eigenvalues ";
    CommandRun.of(analyze + "--top-n 4 --bottom-n 4 --out", folder);
    HessianReport.Eigenvalues ends = report().eigenvalues();
    assertThat(ends.order()).isNull();
    double[] expected =
        Stream.concat(ends.top().stream(), ends.bottom().stream())
            .map(HessianReport.Eigenvalue::value)
            .sorted(Comparator.comparingDouble(x -> -Math.abs(x)))
            .mapToDouble(x -> x)
            .toArray();
    assertThat(Arrays.stream(expected).limit(4)).anyMatch(x -> x < 0).anyMatch(x -> x > 0);
    CommandRun run = CommandRun.of(analyze + "--top-n 4 --by-magnitude --out", folder);
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).contains("in magnitude").doesNotContain("largest");
    HessianReport.Eigenvalues found = report().eigenvalues();
    assertThat(found.byMagnitude()).isTrue();
    assertThat(report().lambdaMax()).isEqualTo(found.largest().get(0));
    assertThat(found.bottom()).isEmpty();
    assertThat(found.top()).hasSize(4);
    for (int i = 0; i < 4; i++) {
      // Both tolerances are 1e-3 of the eigenvalue.
      assertThat(found.top().get(i).value())
          .isCloseTo(expected[i], within(2e-3 * Math.abs(expected[i])));
    }
  }

  @Test
  void gaussNewtonHasNoNegativeEigenvalue() throws IOException {
    assertThat(run("--curvature ggn --only eigenvalues,density --density-iter 20").status())
        .isEqualTo(ExitStatus.DONE);
    HessianReport report = report();
    assertThat(report.curvature()).isEqualTo("ggn");
    double largest = report.eigenvalues().top().get(0).value();
    // Ritz values lie within the spectrum up to the rounding of float32 products.
    assertThat(report.density().runs().get(0).nodes()).allMatch(node -> node > -1e-5 * largest);
  }

  @Test
  void jsonIsTheReportAlone() throws IOException {
    CommandRun run = run("--only trace --trace-samples 2 --json");
    assertThat(run.out()).isEqualTo(Files.readString(folder.resolve("report.json")));
    assertThat(run("--only trace --trace-samples 2 --quiet").out()).isEmpty();
  }

  @Test
  void theCheckpointSaysWhichNetworkItIs() throws IOException {
    assertThat(run("--only accuracy --depth 8 --width 4 --shortcut B --residual true").status())
        .isEqualTo(ExitStatus.DONE);
    CommandRun wrong = run("--only accuracy --depth 20");
    assertThat(wrong.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(wrong.err())
        .endsWith("It fits with --depth 8.\n")
        .contains(" missing (layer1.1.conv1.weight, ");
  }

  @Test
  void memoryDecidesWhatIsKept() throws IOException {
    String trace = "--only trace --trace-samples 2 --mini-hessian-batch-size 5";
    assertThat(run(trace).out()).contains(" for the values of 4 of 4 mini-batches");
    HessianReport.Trace kept = report().trace();
    long perBatch = report().cost().keptBytes() / 4;
    CommandRun some = run(trace + " --memory %dk".formatted((4 * perBatch) >> 10));
    assertThat(some.out()).containsPattern("for the values of [123] of 4 mini-batches");
    // The same sums of float32 products, in another order.
    assertThat(report().trace().value())
        .isCloseTo(kept.value(), within(1e-4 * Math.abs(kept.value())));
    CommandRun none = run(trace + " --memory 100k");
    assertThat(none.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(none.err().lines()).hasSize(1);
  }

  @Test
  void gpuThatIsNotThereIsAnErrorOnlyWhenAskedFor() {
    CommandRun run = run("--only accuracy --device gpu");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(run.err())
        .isEqualTo(
            "hesse: --device gpu: this is the build for CPUs."
                + " See hesse doctor for what is missing, or use --device cpu.\n");
    assertThat(folder).isEmptyDirectory();
    assertThat(run("--only accuracy --cuda true").err())
        .isEqualTo(
            "hesse: using the CPU, as this is the build for CPUs."
                + " See hesse doctor for what is missing.\n");
    assertThat(run("--only accuracy --cuda false").err()).isEmpty();
  }
}
