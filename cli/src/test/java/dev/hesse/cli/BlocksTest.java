package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.report.BlockResult;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.ReportReader;
import dev.hesse.models.ParameterLayout.Parameter;
import dev.hesse.models.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Diagonal blocks and the other curvatures from the command line, against dense matrices. */
class BlocksTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --sequential --hessian-batch-size 20 --precision float64 ";

  @TempDir private Path folder;

  private CommandRun run(String options) {
    return CommandRun.of(DEMO + options + " --out", folder);
  }

  private HessianReport report() throws IOException {
    return ReportReader.read(folder.resolve("report.json"));
  }

  private static CurvatureOperator hessian() throws IOException {
    Usage usage = new AnalyzeCommand().usage();
    List<String> words =
        Arrays.stream(DEMO.split(" "))
            .skip(1)
            .map(word -> word.replace("DEMO", CommandRun.testdata("demo").toString()))
            .toList();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Subject.Loaded loaded =
        AnalyzeOptions.from(Arguments.parse(usage, words))
            .subject()
            .load(Console.of(nowhere, nowhere, false));
    return new CurvatureOperator(
        loaded.model(),
        loaded.data(),
        new CurvatureOperator.Options(
            Curvature.HESSIAN, 20, Precision.FLOAT64, Device.CPU, 1L << 30));
  }

  private static double[][] dense(CurvatureOperator operator, List<Parameter> parameters) {
    int[] numbers =
        parameters.stream()
            .flatMapToInt(p -> IntStream.range(p.offset(), p.offset() + p.size()))
            .toArray();
    double[][] matrix = new double[numbers.length][];
    for (int i = 0; i < numbers.length; i++) {
      double[] unit = new double[operator.dimension()];
      double[] column = new double[operator.dimension()];
      unit[numbers[i]] = 1;
      operator.apply(unit, column);
      matrix[i] = Arrays.stream(numbers).mapToDouble(n -> column[n]).toArray();
    }
    return matrix;
  }

  @Test
  void aBlockHasTheNumbersOfTheDenseSubmatrix() throws IOException {
    double[][] matrix;
    double[] gradient;
    try (CurvatureOperator operator = hessian()) {
      List<Parameter> head =
          operator.parameters().parameters().stream()
              .filter(p -> p.name().startsWith("fc."))
              .toList();
      matrix = dense(operator, head);
      int from = head.get(0).offset();
      gradient = Arrays.copyOfRange(operator.gradient(), from, from + matrix.length);
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen =
        DecompositionFactory_DDRM.eig(matrix.length, true, true);
    assertThat(eigen.decompose(new DMatrixRMaj(matrix))).isTrue();
    int top = 0;
    double trace = 0;
    for (int i = 0; i < matrix.length; i++) {
      trace += matrix[i][i];
      top = eigen.getEigenvalue(i).getReal() > eigen.getEigenvalue(top).getReal() ? i : top;
    }
    double[] v = eigen.getEigenVector(top).getData();
    double along = 0;
    double squares = 0;
    for (int i = 0; i < v.length; i++) {
      along += v[i] * gradient[i];
      squares += gradient[i] * gradient[i];
    }

    assertThat(run("--only eigenvalues,trace --block ^fc --tol 1e-6 --trace-samples 50").status())
        .isIn(ExitStatus.DONE, ExitStatus.NOT_CONVERGED);
    HessianReport report = report();
    assertThat(report.block()).isEqualTo("^fc");
    assertThat(report.blockParameters()).isEqualTo(170);
    assertThat(report.model().parameters()).isEqualTo(5214);
    Eigenvalue largest = report.eigenvalues().top().get(0);
    double value = eigen.getEigenvalue(top).getReal();
    assertThat(largest.value()).isCloseTo(value, within(largest.residual() + 1e-9 * value));
    // The vector is off by residual over gap, which is below 1e-4 at this tolerance.
    assertThat(largest.gradientShare()).isCloseTo(along * along / squares, within(1e-3));
    assertThat(report.trace().value())
        .isCloseTo(trace, within(4 * report.trace().standardError() + 1e-9 * trace));
    assertThat(run("--only eigenvalues --block ^fc").out())
        .contains("of 170 parameters that match ^fc", " % of the squared gradient");
  }

  /** In the file, a matrix of the graph is transposed to PyTorch's order. */
  @Test
  void theDiagonalIsThatOfTheDenseMatrix() throws IOException {
    double[][] matrix;
    Parameter weight;
    try (CurvatureOperator operator = hessian()) {
      weight =
          operator.parameters().parameters().stream()
              .filter(p -> p.name().equals("fc.weight"))
              .findFirst()
              .orElseThrow();
      matrix = dense(operator, List.of(weight));
    }
    Path file = folder.resolve("diagonal.safetensors");
    CommandRun run = run("--only trace --trace-samples 300 --tol 1e-9 --diagonal " + file);
    assertThat(run.out()).as(run.err()).contains("diagonal", "of which");
    double[] written = Checkpoint.read(file).tensors().get("fc.weight").toDoubles();
    int inputs = Math.toIntExact(weight.shape().get(0));
    int outputs = Math.toIntExact(weight.shape().get(1));
    double error = 0;
    double inTheGraphsOrder = 0;
    for (int i = 0; i < inputs; i++) {
      for (int j = 0; j < outputs; j++) {
        int k = i * outputs + j;
        error += Math.pow(written[j * inputs + i] - matrix[k][k], 2);
        inTheGraphsOrder += Math.pow(written[k] - matrix[k][k], 2);
      }
    }
    HessianReport.Diagonal said = report().diagonal();
    assertThat(said.spatiallyAveraged()).isFalse();
    assertThat(Math.sqrt(error)).isLessThan(2 * said.standardError());
    assertThat(error).isLessThan(inTheGraphsOrder / 4);

    run("--only trace --trace-samples 8 --spatial-average --diagonal " + file);
    double[] kernel = Checkpoint.read(file).tensors().get("conv1.weight").toDoubles();
    assertThat(Arrays.copyOf(kernel, 9)).containsOnly(kernel[0]);
    assertThat(kernel[9]).isNotEqualTo(kernel[0]);
    assertThat(report().diagonal().spatiallyAveraged()).isTrue();
  }

  @Test
  void everyLayerHasItsBlockAtNoProductsForTheTrace() throws IOException {
    CommandRun run =
        run("--only eigenvalues,trace --block per-layer --per-layer --trace-samples 60");
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    HessianReport report = report();
    assertThat(report.block()).isNull();
    List<BlockResult> blocks = report.blocks();
    assertThat(blocks)
        .extracting(BlockResult::name)
        .startsWith("conv1", "bn1", "layer1.0.conv1", "layer1.0.bn1")
        .endsWith("fc");
    assertThat(blocks.stream().mapToLong(BlockResult::parameters).sum()).isEqualTo(5214);
    // The same products, beside a basis that is orthonormal to the rounding of floats.
    assertThat(blocks.stream().mapToDouble(block -> block.trace().value()).sum())
        .isCloseTo(report.trace().value(), within(0x1p-24 * Math.abs(report.trace().value())));
    assertThat(report.cost().hvps())
        .isEqualTo(
            report.eigenvalues().hvps()
                + report.trace().hvps()
                + blocks.stream().mapToLong(block -> block.eigenvalues().hvps()).sum());
    double largest = report.eigenvalues().top().get(0).value();
    assertThat(blocks)
        .allSatisfy(
            block -> {
              assertThat(block.density()).isNull();
              assertThat(block.trace().hvps()).isZero();
              Eigenvalue top = block.eigenvalues().top().get(0);
              assertThat(top.gradientShare()).isBetween(0.0, 1 + 1e-9);
              // Cauchy's interlacing, up to residuals.
              assertThat(top.value()).isLessThanOrEqualTo(largest * (1 + 1e-3));
            });
    try (CurvatureOperator operator = hessian()) {
      for (String name : List.of("bn1", "conv1")) {
        List<Parameter> parameters =
            operator.parameters().parameters().stream()
                .filter(p -> p.name().startsWith(name + "."))
                .toList();
        double[][] matrix = dense(operator, parameters);
        double trace = 0;
        for (int i = 0; i < matrix.length; i++) {
          trace += matrix[i][i];
        }
        BlockResult block =
            blocks.stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
        assertThat(block.trace().value())
            .isCloseTo(trace, within(4 * block.trace().standardError()));
      }
    }
  }

  @Test
  void aLayersDensityIsThereIfItIsNamed() throws IOException {
    assertThat(run("--only density --block per-layer --density-iter 4").status())
        .isEqualTo(ExitStatus.DONE);
    assertThat(report().blocks())
        .allSatisfy(
            block -> {
              assertThat(block.density().runs()).hasSize(1);
              assertThat(block.eigenvalues()).isNull();
              assertThat(block.trace()).isNull();
            });
  }

  @Test
  void tracesAreDividedByTheirSizes() throws IOException {
    String trace = "--only trace --trace-samples 40 --block per-layer --normalize-by-size";
    CommandRun run = run(trace);
    HessianReport report = report();
    double mean = report.trace().value() / 5214;
    double error = report.trace().standardError() / 5214;
    assertThat(run.out()).contains(Uncertain.text(mean, error) + " for each parameter");
    BlockResult first = report.blocks().get(0);
    assertThat(run.out())
        .contains(
            "  trace "
                + Uncertain.text(first.trace().value() / 108, first.trace().standardError() / 108));
  }

  @Test
  void anUnknownBlockNamesSome() {
    CommandRun run = run("--block nothing");
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err())
        .isEqualTo(
            "hesse: --block 'nothing' matches no parameter. There are 'conv1.weight',"
                + " 'bn1.weight', 'bn1.bias', 'layer1.0.conv1.weight', ….\n");
  }

  /** The gradient's own share of the covariance is what the second moment has beyond it. */
  @Test
  void theCurvaturesOfGradientsHaveTheirTraces() throws IOException {
    double fisher = trace("fisher");
    assertThat(trace("ggn")).isCloseTo(fisher, within(1e-9 * fisher));
    String drawn = "fisher-mc --fisher-samples 400";
    // 400 labels for each of 20 examples: a relative error of about 1/√8000.
    assertThat(trace(drawn)).isCloseTo(fisher, within(0.1 * fisher));
    double second = trace("empirical-fisher");
    double norm = report().gradientNorm();
    // The trace of ggᵀ, with probes of the same signs.
    assertThat(trace("gradient-covariance")).isLessThan(second);
    assertThat(norm * norm).isLessThan(second);
  }

  private double trace(String curvature) throws IOException {
    CommandRun run =
        run("--only trace --trace-method hutchinson --trace-samples 20 --curvature " + curvature);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    assertThat(report().curvature()).isEqualTo(curvature.split(" ")[0]);
    assertThat(report().trace().method()).isEqualTo("hutchinson");
    return report().trace().value();
  }
}
