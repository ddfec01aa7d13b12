package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every {@code ./hesse} line of the README, in order, in one folder. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("hesse.root"));
  private static final Pattern SHELL_BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir private Path folder;

  @Test
  void everyCommandWorks() throws IOException {
    Path cifar = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
    Files.write(cifar.resolve("data_batch_1.bin"), records(200));
    Files.write(cifar.resolve("test_batch.bin"), records(150));
    Files.copy(ROOT.resolve("testdata/demo/net.pt"), folder.resolve("net.pkl"));

    List<String> lines = commands();
    assertThat(lines).hasSizeGreaterThan(6);
    for (String line : lines) {
      CommandRun run = CommandRun.of(words(line));
      assertThat(run.status()).as("%s%n%s", line, run.err()).isEqualTo(ExitStatus.DONE);
    }
    assertThat(folder.resolve("out"))
        .isDirectoryContaining("glob:**/report.json")
        .isDirectoryContaining("glob:**/example.svg")
        .isDirectoryContaining("glob:**/example.pdf");
    TrainingLog log = TrainingLogReader.read(folder.resolve("demo/demo-run/training.json"));
    // Above chance, and below what leaves nothing to see.
    assertThat(log.epochs().get(log.epochs().size() - 1).trainAccuracy()).isBetween(0.2, 0.95);
    assertThat(folder.resolve("ends")).isDirectoryContaining("glob:**/vectors.safetensors");
  }

  private static List<String> commands() throws IOException {
    Matcher blocks = SHELL_BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
    List<String> commands = new ArrayList<>();
    while (blocks.find()) {
      blocks
          .group(1)
          .lines()
          .filter(line -> line.startsWith("./hesse "))
          .forEach(line -> commands.add(line.substring("./hesse ".length())));
    }
    return commands;
  }

  /** The words of a line, with the files that they name placed in the repository or the folder. */
  private List<String> words(String line) {
    Matcher matcher = WORD.matcher(line);
    List<String> words = new ArrayList<>();
    while (matcher.find()) {
      String word = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      if (words.isEmpty()) {
        words.add(word);
        continue;
      }
      if (word.startsWith("testdata/")) {
        word = ROOT.resolve(word).toString();
      } else if (word.matches(
          "(demo|run|served|out|ends|shapes|layers|parts|whole|net\\.(pkl|pth|safetensors|ckpt|npz)|cifar-10-batches-bin)(/.*)?")) {
        word = folder.resolve(word).toString();
      }
      words.add(word);
    }
    return words;
  }

  private static byte[] records(int count) {
    Random random = new Random(1);
    byte[] records = new byte[count * 3073];
    random.nextBytes(records);
    for (int i = 0; i < count; i++) {
      records[i * 3073] = (byte) random.nextInt(10);
    }
    return records;
  }
}
