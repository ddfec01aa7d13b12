package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code analyze --master}, with executors in this process. */
class ClusterCommandTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --precision float64 --hessian-batch-size 50 --mini-hessian-batch-size 25";

  @TempDir private Path folder;

  private HessianReport report(String options) throws IOException {
    Path out = folder.resolve("out" + options.hashCode());
    CommandRun run = CommandRun.of(DEMO + options + " --out", out);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    return ReportReader.read(out.resolve("report.json"));
  }

  @Test
  void aClusterGivesTheNumbersOfOneProcess() throws IOException {
    String what = " --only eigenvalues,trace --trace-samples 4 --max-iter 30";
    HessianReport alone = report(what);
    HessianReport spread = report(what + " --master local[2] --partitions 2");
    double top = alone.eigenvalues().top().get(0).value();
    // Rounding in float64, amplified by Lanczos' recurrence.
    assertThat(spread.eigenvalues().top().get(0).value()).isCloseTo(top, within(1e-9 * top));
    assertThat(spread.trace().value()).isCloseTo(alone.trace().value(), within(1e-8 * top));
    assertThat(spread.loss()).isCloseTo(alone.loss(), within(1e-12));
    assertThat(spread.data().miniBatch()).isEqualTo(alone.data().miniBatch());
    assertThat(spread.cost().hvps()).isEqualTo(alone.cost().hvps());
  }

  @Test
  void lossAndAccuracyAlone() throws IOException {
    HessianReport alone = report(" --only accuracy");
    HessianReport spread = report(" --only accuracy --master local");
    assertThat(spread.loss()).isCloseTo(alone.loss(), within(1e-12));
    assertThat(spread.accuracy()).isCloseTo(alone.accuracy(), within(1e-12));
  }

  @Test
  void whatDoesNotGoWithACluster() {
    assertUsage(" --master somewhere", "--master is 'somewhere'");
    assertUsage(" --partitions 2", "--partitions is given without --master");
    assertUsage(" --master local --device gpu", "--device gpu is given with a cluster");
    assertUsage(" --parquet x --master local", "--parquet is given with --images or --labels");
  }

  private static void assertUsage(String options, String error) {
    CommandRun run = CommandRun.of(DEMO + options);
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err()).startsWith("hesse: " + error).hasLineCount(1);
  }
}
