package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.LandscapeReader;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LandscapeCommandTest {
  private static final String DATA =
      " --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy --sequential"
          + " --hessian-batch-size 20 ";

  @TempDir private Path folder;

  private CommandRun run(String options) {
    return CommandRun.of("landscape" + DATA + options.strip() + " --out", folder.resolve("out"));
  }

  private Landscape landscape(String options) throws IOException {
    CommandRun run = run(options);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    return LandscapeReader.read(folder.resolve("out/landscape.json"));
  }

  private HessianReport analyzed(String options) throws IOException {
    assertThat(
            CommandRun.of(
                    "analyze --only eigenvalues" + DATA + options + " --out",
                    folder.resolve("report"))
                .status())
        .isEqualTo(ExitStatus.DONE);
    return ReportReader.read(folder.resolve("report/report.json"));
  }

  private List<String> files() {
    return List.of(folder.resolve("out").toFile().list());
  }

  @Test
  void aCurveAlongTheTopEigenvectorAgreesWithTheAnalysis() throws IOException {
    Landscape curve = landscape("--points 21 --precision float64");
    HessianReport report = analyzed("--precision float64");
    double top = report.eigenvalues().top().get(0).value();
    assertThat(files())
        .containsExactlyInAnyOrder("landscape.json", "landscape.svg", "landscape.pdf");
    assertThat(curve.model()).isEqualTo(report.model());
    assertThat(curve.data()).isEqualTo(report.data());
    // The same sums in another graph.
    assertThat(curve.loss()).isCloseTo(report.loss(), within(1e-12));
    assertThat(curve.accuracy()).isEqualTo(report.accuracy());
    assertThat(curve.losses()).hasSize(21);
    assertThat(curve.accuracies()).hasSize(21);
    Landscape.Axis axis = curve.axes().get(0);
    assertThat(axis.direction()).isEqualTo("eigenvector");
    assertThat(axis.norm()).isCloseTo(1, within(1e-6)); // of float vectors
    // An eigenvalue is off by the square of its relative residual, 1e-3, over a gap.
    assertThat(axis.eigenvalue()).isCloseTo(top, within(1e-4 * top));
    assertThat(curve.quadratic().curvature().get(0)).isCloseTo(top, within(1e-4 * top));
    // The default range: the curvature alone adds the loss, which is above 1.
    double range = axis.coordinates().get(20);
    assertThat(report.loss()).isGreaterThan(1);
    assertThat(curve.quadratic().curvature().get(0) * range * range / 2)
        .isCloseTo(curve.loss(), within(1e-12));
    assertThat(axis.coordinates().get(10)).isZero();
    assertThat(curve.quadratic().losses().get(10)).isCloseTo(curve.loss(), within(1e-12));
  }

  @Test
  void secondDifferencesApproachTheEigenvalue() throws IOException {
    Landscape curve = landscape("--points 3 --range 1e-6 --precision float64");
    List<Double> losses = curve.losses();
    double second = (losses.get(0) - 2 * losses.get(1) + losses.get(2)) / 1e-12;
    double top = curve.axes().get(0).eigenvalue();
    // Rounding of losses of about 1 over h², 1e-3, and kinks of ReLUs between the points, of
    // which these have none.
    assertThat(second).isCloseTo(top, within(1e-2));
  }

  @Test
  void aRandomPlaneHasNoQuadraticModelAndASeed() throws IOException {
    String plane = "--directions random --dimensions 2 --points 3 ";
    Landscape first = landscape(plane + "--mini-hessian-batch-size 5");
    assertThat(files())
        .containsExactlyInAnyOrder(
            "landscape.json",
            "landscape.svg",
            "landscape.pdf",
            "landscape-surface.svg",
            "landscape-surface.pdf");
    assertThat(first.quadratic()).isNull();
    assertThat(first.losses()).hasSize(9);
    assertThat(first.losses().get(4)).isEqualTo(first.loss());
    assertThat(first.axes().get(1).coordinates()).containsExactly(-1.0, 0.0, 1.0);
    assertThat(first.cost().hvps()).isZero();
    Landscape whole = landscape(plane);
    for (int i = 0; i < 9; i++) {
      // Mini-batches differ from one batch by rounding in float32 through ten layers.
      assertThat(first.losses().get(i))
          .isCloseTo(whole.losses().get(i), within(1e-5 * whole.losses().get(i)));
    }
    assertThat(landscape(plane + "--seed 2").losses()).isNotEqualTo(whole.losses());
    Landscape more = landscape(plane + "--with-biases");
    assertThat(more.axes().get(0).norm()).isGreaterThan(whole.axes().get(0).norm());
    assertThat(more.axes().get(0).description()).isEqualTo("random direction 1, with biases");
  }

  @ParameterizedTest
  @CsvSource({"v.npy", "v.safetensors"})
  void directionsComeFromTheFilesThatAnalyzeWrites(String name) throws IOException {
    Path file = folder.resolve(name);
    HessianReport report = analyzed("--top-n 2 --eigenvectors " + file);
    Landscape plane = landscape("--dimensions 2 --points 3 --directions " + file);
    for (int k = 0; k < 2; k++) {
      double eigenvalue = report.eigenvalues().top().get(k).value();
      assertThat(plane.quadratic().curvature().get(3 * k))
          .isCloseTo(eigenvalue, within(1e-4 * eigenvalue));
    }
    // Orthogonal eigenvectors: what is left is within their residuals.
    assertThat(Math.abs(plane.quadratic().curvature().get(1)))
        .isLessThan(1e-2 * report.eigenvalues().top().get(0).value());
    assertThat(plane.axes().get(0).direction()).isEqualTo("file");
    assertThat(plane.axes().get(1).description()).isEqualTo("vector 2 of " + name);
    assertThat(plane.axes().get(0).eigenvalue()).isNull();
  }

  @Test
  void jsonIsTheDocumentAloneAndPlotDrawsItAgain() throws IOException {
    CommandRun run = run("--directions random --points 5 --json");
    assertThat(run.err()).isEmpty();
    Path document = folder.resolve("out/landscape.json");
    assertThat(run.out()).isEqualTo(Files.readString(document));
    String svg = Files.readString(folder.resolve("out/landscape.svg"));
    Path again = folder.resolve("again");
    CommandRun plot = CommandRun.of("plot", document, "--out", again);
    assertThat(plot.err()).isEmpty();
    assertThat(Files.readString(again.resolve("landscape.svg"))).isEqualTo(svg);
    CommandRun smoothed = CommandRun.of("plot", document, "--sigma2", 1, "--out", again);
    assertThat(smoothed.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(smoothed.err())
        .isEqualTo("hesse: --sigma2 does not apply to a landscape. Leave it out.\n");
    assertThat(run("--directions random --points 3 --quiet").out()).isEmpty();
  }

  @Test
  void aSummaryIsShort() {
    CommandRun run = run("--directions random --points 3");
    assertThat(run.out())
        .contains("ResNet8 (width 4, shortcut B), 5,214 parameters")
        .contains("random direction 1, norm ")
        .contains("losses from ")
        .contains("3 points of ");
    assertThat(run.out().lines().count()).isLessThan(10);
  }

  @Test
  void pointsWhereTheLossIsNotFiniteAreNull() throws IOException {
    Landscape curve = landscape("--directions random --points 5 --range 9e4 --with-biases");
    assertThat(curve.losses().get(2)).isFinite();
    assertThat(curve.losses().get(0)).isNaN();
    assertThat(Files.readString(folder.resolve("out/landscape.json"))).contains("null");
  }

  @Test
  void eigenvectorsThatHaveNotConvergedAreSaid() {
    CommandRun run = run("--points 3 --max-iter 2 --tol 1e-9");
    assertThat(run.status()).isEqualTo(ExitStatus.NOT_CONVERGED);
    assertThat(run.err()).startsWith("hesse: warning: the eigenvectors: ").hasLineCount(1);
    assertThat(files()).contains("landscape.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--directions top|--directions is 'top'. Give eigenvectors, random, or a file that ends in .npy or .safetensors.",
        "--dimensions 3|--dimensions is '3'. Give a whole number from 1 to 2.",
        "--points 50|--points is '50'. Give an odd number from 3 to 9999.",
        "--points 1|--points is '1'. Give an odd number from 3 to 9999.",
        "--dimensions 2 --points 301|--points 301 are 90601 in two dimensions. Give at most 255.",
        "--range 0|--range is '0'. Give a number above 0 and below 100000.",
        "--range nan|--range is 'nan'. Give a number above 0 and below 100000.",
        "--with-biases|--with-biases is given without --directions random. Leave it out: eigenvectors move all parameters.",
        "--directions random --tol 0.1|--tol is given, and no eigenvector is computed. Leave it out.",
        "--directions v.npy --max-iter 9|--max-iter is given, and no eigenvector is computed. Leave it out.",
        "--only density|hesse landscape has no option '--only'. See hesse landscape --help.",
      })
  void wrongOptions(String options, String line) {
    assertThat(run(options))
        .isEqualTo(new CommandRun(ExitStatus.WRONG_USAGE, "", "hesse: " + line + "\n"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void badDirectionFiles() throws IOException {
    Path file = folder.resolve("v.npy");
    assertBadDirections(file, file + ": there is no such file. Check the path.");
    String remedy = " Give a file that hesse analyze --eigenvectors wrote for this model.";
    Npy.write(file, StoredTensor.of(new long[] {1, 7}, new float[7]));
    assertBadDirections(
        file, file + ": its shape is [1, 7], not vectors × 5214 parameters." + remedy);
    Npy.write(file, StoredTensor.of(new long[] {1, 5214}, new float[5214]));
    assertBadDirections(file, file + ": vector 1 has a norm of 0.0." + remedy);
    CommandRun two = run("--dimensions 2 --directions " + file);
    assertThat(two.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(two.err())
        .isEqualTo(
            "hesse: %s: it holds 1 vectors, and 2 are needed. Give a file with more, or --dimensions 1.\n"
                .formatted(file));
    Path weights = folder.resolve("w.safetensors");
    assertThat(CommandRun.of("convert DEMO/net.pt", weights).status()).isEqualTo(ExitStatus.DONE);
    assertBadDirections(
        weights,
        weights + ": 'conv1.weight' has shape [4, 3, 3, 3], not vectors × [4, 3, 3, 3]." + remedy);
  }

  private void assertBadDirections(Path file, String line) {
    assertThat(run("--directions " + file))
        .isEqualTo(new CommandRun(ExitStatus.BAD_INPUT, "", "hesse: " + line + "\n"));
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aSavedModelHasThemToo() throws IOException {
    Path model = folder.resolve("served");
    assertThat(CommandRun.of("convert DEMO/net.pt", model, "--serve-raw").status())
        .isEqualTo(ExitStatus.DONE);
    CommandRun run =
        CommandRun.of(
            "landscape --images DEMO/images.npy --labels DEMO/labels.npy --sequential"
                + " --hessian-batch-size 20 --points 3 --l2 0.01 --saved-model",
            model,
            "--out",
            folder.resolve("out"));
    assertThat(run.err()).isEmpty();
    Landscape served = LandscapeReader.read(folder.resolve("out/landscape.json"));
    Landscape checkpoint = landscape("--points 3 --l2 0.01");
    assertThat(served.model().loss()).contains("logits").contains("0.01·‖w‖²");
    for (int i = 0; i < 3; i++) {
      // The same float32 arithmetic, but for the place where pixels are normalised; eigenvectors
      // have either sign.
      assertThat(served.losses().get(i) + served.losses().get(2 - i))
          .isCloseTo(checkpoint.losses().get(i) + checkpoint.losses().get(2 - i), within(1e-3));
    }
  }
}
