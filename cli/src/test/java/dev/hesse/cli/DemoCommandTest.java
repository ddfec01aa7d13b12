package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLogReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void theWholeStoryIsTold() throws IOException {
    CommandRun run = CommandRun.of("demo --out", folder);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .contains(
            "hesse data make", "hesse train", "hesse analyze", "largest", "trace", "example.svg");
    TrainingLog log = TrainingLogReader.read(folder.resolve("demo-run/training.json"));
    double accuracy = log.epochs().get(log.epochs().size() - 1).trainAccuracy();
    // Well above chance and below what leaves nothing to see.
    assertThat(accuracy).isBetween(0.2, 0.99);
    HessianReport report = ReportReader.read(folder.resolve("report.json"));
    assertThat(report.eigenvalues().top()).hasSize(5);
    assertThat(folder).isDirectoryContaining("glob:**/example.pdf");
  }
}
