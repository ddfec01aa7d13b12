package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an analysis' products when it fails, and of those of an earlier one. */
class AnalysisJournalTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --hessian-batch-size 40 --mini-hessian-batch-size 10 ";
  private static final String TRACE = "--only trace --trace-samples 6";

  @TempDir private Path folder;
  private Path journal = Path.of("");
  private Path report = Path.of("");

  private CommandRun run(String options) {
    return CommandRun.of(DEMO + options + " --out", folder);
  }

  /** A folder where the report would be lets an analysis fail when all its products are made. */
  @BeforeEach
  void failAtTheEnd() throws IOException {
    journal = folder.resolve(".hesse-analyze.journal");
    report = Files.createDirectory(folder.resolve("report.json"));
    CommandRun failed = run(TRACE);
    assertThat(failed.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(failed.err())
        .startsWith(
            "hesse: the products that are on disk stay there, and --continue goes on from them.\n")
        .contains(report + " cannot be written")
        .hasLineCount(2);
    assertThat(journal).isNotEmptyFile();
    Files.delete(report);
  }

  @Test
  void itGoesOnFromThere() throws IOException {
    long size = Files.size(journal);
    CommandRun continued = run(TRACE + " --continue --memory 100k");
    assertThat(continued.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(journal).hasSize(size);

    assertThat(run(TRACE + " --continue").status()).isEqualTo(ExitStatus.DONE);
    assertThat(journal).doesNotExist();
    HessianReport first = ReportReader.read(report);
    CommandRun whole = run(TRACE);
    assertThat(whole.err()).isEmpty();
    assertThat(ReportReader.read(report).trace()).isEqualTo(first.trace());
  }

  @Test
  void anotherOneReplacesItFromItsFirstProductOn() throws IOException {
    long size = Files.size(journal);
    assertThat(run("--only accuracy").status()).isEqualTo(ExitStatus.DONE);
    assertThat(journal).hasSize(size);

    String line =
        "hesse: %s holds an analysis that was stopped. This one replaces it from its first product on;"
                .formatted(folder)
            + " --continue goes on with it.\n";
    CommandRun early = run(TRACE + " --memory 100k");
    assertThat(early.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(early.err()).startsWith(line);
    assertThat(journal).hasSize(size);

    assertThat(run(TRACE).err()).isEqualTo(line);
    assertThat(journal).doesNotExist();
  }

  /** The trace's mini-batches are cut by difficulty, those of {@code --per-batch} as they come. */
  @Test
  void anotherCutIntoMiniBatchesIsRefused() throws IOException {
    long size = Files.size(journal);
    CommandRun run = run(TRACE + " --per-batch --continue");
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err())
        .contains("is of an analysis of another model, data, mini-batches, matrix or seed");
    assertThat(journal).hasSize(size);
  }
}
