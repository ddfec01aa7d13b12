package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLogReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
  private static final String SMALL =
      "--depth 8 --width 2 --batch-size 32 --lr 0.05 --lr-schedule cosine";

  @TempDir private static Path data;

  @TempDir private Path folder;

  @BeforeAll
  static void makeData() {
    CommandRun made =
        CommandRun.of(
            "data make --train-examples 200 --test-examples 40 --out", data.resolve("made"));
    assertThat(made.err()).isEmpty();
  }

  private static List<String> arguments(Path run, String options) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data-dir", data.resolve("made").toString()));
    arguments.addAll(List.of("--saving-folder", run.toString()));
    arguments.addAll(Arrays.asList(options.split(" ")));
    return arguments;
  }

  private static CommandRun train(Path run, String options) {
    return CommandRun.of(arguments(run, options));
  }

  @Test
  void aRunLeavesCheckpointLogAndFigure() throws IOException {
    Path run = folder.resolve("run");
    CommandRun trained =
        train(
            run,
            SMALL
                + " --epochs 2 --hessian-every 2 --hessian-batch-size 32 --max-iter 10 --tol 0.1"
                + " --density-iter 4 --trace-samples 2 --save-every 1 --tensorboard "
                + folder.resolve("events"));
    assertThat(trained.err()).isEmpty();
    assertThat(trained.status()).isEqualTo(ExitStatus.DONE);
    assertThat(trained.out())
        .contains("epoch   1/2", "epoch   2/2", "Hessian after epoch 0", "test accuracy");
    assertThat(run)
        .isDirectoryContaining("glob:**/net.pt")
        .isDirectoryContaining("glob:**/net-epoch-001.pt")
        .isDirectoryContaining("glob:**/training.svg")
        .isDirectoryContaining("glob:**/training.pdf")
        .isDirectoryContaining("glob:**/state.safetensors");
    TrainingLog log = TrainingLogReader.read(run.resolve("training.json"));
    assertThat(log.epochs()).hasSize(2);
    assertThat(log.curvature()).hasSize(2);
    assertThat(folder.resolve("events")).isNotEmptyDirectory();

    CommandRun analyzed =
        CommandRun.of(
            "analyze --only accuracy --split test --hessian-batch-size all",
            "--resume",
            run.resolve("net.pt"),
            "--data-dir",
            data.resolve("made"),
            "--out",
            folder);
    assertThat(analyzed.out())
        .contains("accuracy %.2f %%".formatted(100 * log.epochs().get(1).testAccuracy()));
  }

  @Test
  void aRunThatWasKilledGoesOnToTheSameWeights() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    String options = SMALL + " --epochs 6";
    assertThat(train(whole, options).status()).isEqualTo(ExitStatus.DONE);

    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(arguments(killed, options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (InputStream out = process.getInputStream()) {
      readUntil("epoch   2/6", out);
    } finally {
      process.destroyForcibly();
    }
    process.waitFor();
    assertThat(killed.resolve("net.pt")).doesNotExist();

    CommandRun refused = train(killed, options);
    assertThat(refused.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(refused.err())
        .contains("holds a run that is at epoch", "Go on with it: --continue", "--force");

    CommandRun changed = train(killed, "--continue --lr 0.2");
    assertThat(changed.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(changed.err()).contains("--lr 0.2 is not what the run to continue was started with");

    CommandRun continued = CommandRun.of("train --continue --quiet --saving-folder", killed);
    assertThat(continued).isEqualTo(new CommandRun(ExitStatus.DONE, "", ""));
    assertThat(killed.resolve("net.pt")).hasSameBinaryContentAs(whole.resolve("net.pt"));
  }

  private static void readUntil(String text, InputStream in) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = in.read();
      assertThat(next).as("end after: " + read).isNotNegative();
      read.append((char) next);
    }
  }

  @Test
  void theLogAloneIsPrintedAsJson() throws IOException {
    CommandRun run = train(folder, SMALL + " --epochs 1 --json");
    assertThat(run.out()).isEqualTo(Files.readString(folder.resolve("training.json")));
    assertThat(run.out().getBytes(StandardCharsets.UTF_8)).startsWith('{');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs 1 --lr-schedule cosine --lr-decay 0.5|--lr-decay is given with --lr-schedule"
            + " cosine. Leave it out: it is for --lr-schedule step.",
        "--density-iter 5|--density-iter is given without --hessian-every. Say how often to"
            + " measure the Hessian, or leave it out.",
        "--lr -1|--lr is '-1'. Give a number above 0.0 and below 1000000.0.",
        "--lr-decay-epoch 80,x|--lr-decay-epoch is '80,x'. Give a whole number from 1 to 1000000.",
      })
  void wrongUsageIsOneLine(String options, String line) {
    CommandRun run = train(folder.resolve("none"), options);
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err()).startsWith("hesse: ").hasLineCount(1);
    assertThat(run.err()).contains(line.substring(0, line.indexOf('.')));
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void thereIsNothingToContinueInAnEmptyFolder() {
    CommandRun run = CommandRun.of("train --continue --saving-folder", folder);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .isEqualTo(
            "hesse: %s holds no training run. Name the folder of the run to continue.\n"
                .formatted(folder));
  }

  @Test
  void missingDataLeavesNothing() {
    Path run = folder.resolve("run");
    CommandRun trained =
        CommandRun.of("train --data-dir " + folder.resolve("absent") + " --saving-folder", run);
    assertThat(trained.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(trained.err()).hasLineCount(1);
    assertThat(run).doesNotExist();
  }
}
