package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code analyze} with each method, stopping rule and budget. */
class EstimatorMethodsTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --sequential --hessian-batch-size 20 --precision float64 ";

  @TempDir private Path folder;

  private CommandRun run(String options) {
    return CommandRun.of(DEMO + options + " --out", folder);
  }

  private HessianReport report(String options) throws IOException {
    CommandRun run = run(options);
    assertThat(run.err()).isEmpty();
    return ReportReader.read(folder.resolve("report.json"));
  }

  /** Two estimates of the same eigenvalue are apart by no more than their residuals. */
  private static void assertSame(List<Eigenvalue> actual, List<Eigenvalue> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Eigenvalue found = actual.get(i);
      Eigenvalue known = expected.get(i);
      assertThat(found.value())
          .isCloseTo(known.value(), within(found.residual() + known.residual()));
    }
  }

  @Test
  void aCriterionIsWhatTheToleranceIsComparedWith() throws IOException {
    String smallest = "--only eigenvalues --top-n 0 --bottom-n 1 --tol 1e-2 --criterion ";
    HessianReport residual = report(smallest + "residual");
    HessianReport norm = report(smallest + "norm");
    HessianReport bound = report(smallest + "eigenvalue");
    double largest = report("--only eigenvalues").lambdaMax().value();
    for (HessianReport report : List.of(residual, norm, bound)) {
      assertThat(report.eigenvalues().converged()).isTrue();
      assertSame(report.eigenvalues().bottom(), residual.eigenvalues().bottom());
    }
    Eigenvalue byResidual = residual.eigenvalues().bottom().get(0);
    assertThat(byResidual.residual()).isLessThan(1e-2 * Math.abs(byResidual.value()));
    Eigenvalue byNorm = norm.eigenvalues().bottom().get(0);
    assertThat(byNorm.residual()).isLessThan(1e-2 * largest);
    Eigenvalue byBound = bound.eigenvalues().bottom().get(0);
    assertThat(byBound.bound()).isLessThan(1e-2 * Math.abs(byBound.value()));
    // The smallest eigenvalue is far below the norm, and an eigenvalue is better than its residual.
    assertThat(norm.eigenvalues().hvps()).isLessThan(residual.eigenvalues().hvps());
    assertThat(bound.eigenvalues().hvps()).isLessThanOrEqualTo(residual.eigenvalues().hvps());
  }

  @Test
  void aBlockOfVectorsFindsTheSameEigenvalues() throws IOException {
    HessianReport one = report("--only eigenvalues --top-n 3 --bottom-n 1");
    HessianReport four = report("--only eigenvalues --top-n 3 --bottom-n 1 --block-size 4");
    assertThat(four.eigenvalues().converged()).isTrue();
    assertThat(four.eigenvalues().hvps() % 4).isZero();
    assertSame(four.eigenvalues().top(), one.eigenvalues().top());
    assertSame(four.eigenvalues().bottom(), one.eigenvalues().bottom());
  }

  @ParameterizedTest
  @CsvSource({"hutchinson,100", "hutch++,60", "xtrace,60"})
  void aTraceMethodAgreesWithTheDefault(String method, int samples) throws IOException {
    Trace known = report("--only trace --trace-samples 100").trace();
    Trace found =
        report("--only trace --trace-method %s --trace-samples %d".formatted(method, samples))
            .trace();
    assertThat(found.method()).isEqualTo(method);
    assertThat(found.hvps()).isLessThanOrEqualTo(samples);
    assertThat(found.standardError()).isPositive();
    assertThat(found.value())
        .isCloseTo(
            known.value(), within(4 * Math.hypot(found.standardError(), known.standardError())));
  }

  @Test
  void anAccuracyTakesTheProductsThatItNeeds() throws IOException {
    HessianReport rough = report("--accuracy eigenvalues=0.01,trace=0.1");
    HessianReport fine = report("--accuracy eigenvalues=1e-6,trace=0.02");
    assertThat(rough.cost().hvps()).isLessThan(fine.cost().hvps());
    assertThat(fine.lambdaMax().bound()).isLessThan(1e-6 * fine.lambdaMax().value());
    assertThat(fine.trace().standardError()).isLessThan(0.02 * fine.trace().value());
    assertSame(rough.eigenvalues().top(), fine.eigenvalues().top());
    assertThat(rough.trace().value())
        .isCloseTo(
            fine.trace().value(),
            within(4 * Math.hypot(rough.trace().standardError(), fine.trace().standardError())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--density-runs 1",
        "--only eigenvalues --block-size 100",
        "--only trace --trace-samples 1000 --tol 1e-6 --mini-hessian-batch-size 5",
        "--only trace --trace-samples 1000 --tol 1e-6 --trace-method hutch++",
        "--only trace --trace-samples 1000 --tol 1e-6 --trace-method xtrace",
        "--only eigenvalues,trace --accuracy 1e-6",
        "--only eigenvalues,trace --block per-layer",
        "--only eigenvalues,trace --per-batch --mini-hessian-batch-size 5",
      })
  void aBudgetOfProductsIsKept(String options) throws IOException {
    CommandRun run = run("--budget-hvps 40 " + options);
    assertThat(run.status()).as(run.out() + run.err()).isEqualTo(ExitStatus.NOT_CONVERGED);
    HessianReport report = ReportReader.read(folder.resolve("report.json"));
    assertThat(report.cost().hvps()).isBetween(25L, 40L);
    assertThat(run.out()).contains("budget");
  }

  @Test
  void aBudgetOfTimeEndsWithWhatIsKnown() throws IOException {
    // The time counts from the start of Java's machine, which is over.
    CommandRun run = run("--budget-seconds 0.001");
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.NOT_CONVERGED);
    HessianReport report = ReportReader.read(folder.resolve("report.json"));
    assertThat(report.cost().hvps()).isLessThan(10);
    assertThat(report.eigenvalues().converged()).isFalse();
    assertThat(report.trace().standardError()).isPositive();
  }
}
