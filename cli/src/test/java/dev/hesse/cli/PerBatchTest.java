package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.report.BatchResult;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code analyze --per-batch}: each mini-batch's own matrix. */
class PerBatchTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --sequential --precision float64 --only eigenvalues,trace --tol 1e-2 ";

  @TempDir private Path folder;

  private HessianReport run(String options) throws IOException {
    CommandRun run = CommandRun.of(DEMO + options + " --out", folder);
    assertThat(run.status()).as(run.err()).isIn(ExitStatus.DONE, ExitStatus.NOT_CONVERGED);
    return ReportReader.read(folder.resolve("report.json"));
  }

  @Test
  void aMiniBatchHasTheNumbersThatItHasAlone() throws IOException {
    HessianReport all = run("--hessian-batch-size 60 --mini-hessian-batch-size 20 --per-batch");
    assertThat(all.batches()).extracting(BatchResult::first).containsExactly(0L, 20L, 40L);
    assertThat(all.batches()).extracting(BatchResult::examples).containsOnly(20L);
    HessianReport alone = run("--hessian-batch-size 20");

    BatchResult first = all.batches().get(0);
    Eigenvalue expected = alone.eigenvalues().top().get(0);
    Eigenvalue found = first.eigenvalues().top().get(0);
    assertThat(found.value())
        .isCloseTo(expected.value(), within(found.residual() + expected.residual()));
    assertThat(first.trace().value())
        .isCloseTo(
            alone.trace().value(),
            within(4 * Math.hypot(first.trace().standardError(), alone.trace().standardError())));
  }

  @Test
  void theWholeTraceIsTheMeanOverExamples() throws IOException {
    HessianReport all =
        run("--hessian-batch-size 60 --mini-hessian-batch-size 20 --per-batch --block ^fc");
    List<BatchResult> batches = all.batches();
    double mean = 0;
    double variance = Math.pow(all.trace().standardError(), 2);
    for (BatchResult batch : batches) {
      double share = batch.examples() / 60.0;
      mean += share * batch.trace().value();
      variance += Math.pow(share * batch.trace().standardError(), 2);
    }
    assertThat(mean).isCloseTo(all.trace().value(), within(4 * Math.sqrt(variance)));
  }

  @Test
  void theSummaryHasTheirSpread() {
    CommandRun run =
        CommandRun.of(
            DEMO + "--hessian-batch-size 40 --mini-hessian-batch-size 10 --per-batch --out",
            folder);
    assertThat(run.out())
        .containsPattern("λ_max of 4 mini-batches: [0-9.]+ to [0-9.]+, median [0-9.]+")
        .containsPattern("trace of 4 mini-batches: [0-9.]+ to [0-9.]+, median [0-9.]+");
  }
}
