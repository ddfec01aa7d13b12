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
    CommandRun refused = train(killed, options);
    assertThat(refused.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(refused.err())
        .contains("holds a run that is at epoch", "Go on with it: --continue", "--force");

    CommandRun changed = train(killed, "--continue --lr 0.2");
    assertThat(changed.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(changed.err()).contains("--lr 0.2 is not what the run to continue was started with");

    CommandRun both = train(killed, "--continue --force");
    assertThat(both.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(both.err()).contains("--continue is given with --force");

    CommandRun continued =
        CommandRun.of(
            "train --continue --quiet --cuda false --test-batch-size 7 --saving-folder", killed);
    assertThat(continued).isEqualTo(new CommandRun(ExitStatus.DONE, "", ""));
    assertThat(killed.resolve("net.pt")).hasSameBinaryContentAs(whole.resolve("net.pt"));

    CommandRun again = train(killed, options);
    assertThat(again.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(again.err()).contains("holds a run that is finished", "--force");
    CommandRun elsewhere =
        CommandRun.of("train --continue --quiet --device cpu --saving-folder", killed);
    assertThat(elsewhere).isEqualTo(new CommandRun(ExitStatus.DONE, "", ""));
  }

  @Test
  void aRunGoesOnWithItsOwnDataOnly() {
    CommandRun other =
        CommandRun.of(
            "data make --seed 9 --train-examples 200 --test-examples 40 --out",
            folder.resolve("other"));
    assertThat(other.err()).isEmpty();
    Path run = folder.resolve("run");
    assertThat(train(run, SMALL + " --epochs 1").err()).isEmpty();
    CommandRun continued =
        CommandRun.of(
            "train --continue --data-dir", folder.resolve("other"), "--saving-folder", run);
    assertThat(continued.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(continued.err())
        .hasLineCount(1)
        .contains("is of a run on other examples. Continue it with the data");
  }

  @Test
  void stateThatIsNotTheCommandsIsOneLine() throws IOException {
    Path run = folder.resolve("run");
    assertThat(train(run, SMALL + " --epochs 1").err()).isEmpty();
    Path state = run.resolve("state.safetensors");
    String text = Files.readString(state, StandardCharsets.ISO_8859_1);
    Files.writeString(
        state,
        text.replace("\"setting.depth\":\"8\"", "\"setting.depth\":\"x\""),
        StandardCharsets.ISO_8859_1);
    CommandRun continued = CommandRun.of("train --continue --saving-folder", run);
    assertThat(continued.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(continued.err())
        .hasLineCount(1)
        .contains("the options in the state of the run cannot be read: --depth is 'x'");
    Files.writeString(
        state, text.replace("\"steps\":\"0\"", "\"steps\":\"9\""), StandardCharsets.ISO_8859_1);
    CommandRun beyond = CommandRun.of("train --continue --epochs 1 --saving-folder", run);
    assertThat(beyond.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(beyond.err())
        .hasLineCount(1)
        .contains("is not of this run: step 9 of an epoch of 7");
  }

  @Test
  void whatCannotBeWrittenIsAFailureThatSaysHowToGoOn() throws IOException {
    Path run = folder.resolve("run");
    // A folder in the place of a file that the second epoch writes.
    Files.createDirectories(run.resolve("net-epoch-002.pt/x"));
    CommandRun trained = train(run, SMALL + " --epochs 2 --save-every 2");
    assertThat(trained.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(trained.err())
        .hasLineCount(1)
        .startsWith("hesse: the training cannot be written down: ");
  }

  @Test
  void anUnwritableFolderForEventsIsKnownBeforeAnything() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path run = folder.resolve("run");
    CommandRun trained = train(run, SMALL + " --epochs 1 --tensorboard " + file);
    assertThat(trained.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(trained.err()).hasLineCount(1).contains("--tensorboard " + file);
    assertThat(run).doesNotExist();
  }

  @Test
  void aLossThatDivergesNamesTheStepAndTheLastGoodCheckpoint() {
    Path run = folder.resolve("run");
    CommandRun trained =
        train(
            run,
            "--depth 8 --width 2 --batch-size 32 --epochs 3 --lr 0.05 --lr-decay 1e5"
                + " --lr-decay-epoch 1,1,1,1,1,1");
    assertThat(trained.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(trained.err())
        .hasLineCount(1)
        .containsPattern(
            "in step \\d of epoch 2; .*net.pt is the network after epoch 1. Start over");
    CommandRun analyzed =
        CommandRun.of(
            "analyze --only accuracy --hessian-batch-size 32 --resume",
            run.resolve("net.pt"),
            "--data-dir",
            data.resolve("made"),
            "--out",
            folder);
    assertThat(analyzed.status()).isEqualTo(ExitStatus.DONE);
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
