package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InspectCommandTest {

  @Test
  void jsonHasFormatAndTensorsAndNothingElse() {
    CommandRun run = CommandRun.of("inspect --json", CommandRun.testdata("checkpoints/legacy.pt"));
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out().replaceAll("\\s", ""))
        .startsWith(
            "{'format':'pytorch-legacy','tensors':[{'name':'base','dtype':'float32','shape':[2,3,4]},"
                .replace('\'', '"'))
        .endsWith(
            "{'name':'channels_last','dtype':'float32','shape':[1,2,2,4]}]}".replace('\'', '"'));
  }

  @Test
  void tableShowsTensorsMetadataAndTotals() {
    Path file = CommandRun.testdata("checkpoints/training.pt");
    CommandRun run = CommandRun.of("inspect", file);
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .startsWith(file + ": pytorch\n")
        .contains("\nepoch = 3\n")
        .contains("\nnot read: best_acc, optimizer, optimizer_adam, ")
        .contains("\n0.weight               float32   [2, 3]\n")
        .contains("\n1.num_batches_tracked  int64     []\n")
        .endsWith("\n7 tensors, 17 elements, 72 B\n");
  }
}
