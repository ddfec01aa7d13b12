package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each bad input is one line, exit code 3, and leaves no file. */
class BadInputTest {
  private static final int CIFAR_RECORD = 3073;

  @TempDir private Path folder;

  private Path bytes(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void assertBadCheckpoint(Path checkpoint, String line) {
    assertBadInput(
        CommandRun.of(
            "analyze --images DEMO/images.npy --labels DEMO/labels.npy --out " + out(),
            "--resume",
            checkpoint),
        line);
  }

  private void assertBadData(String options, String line) {
    assertBadInput(
        CommandRun.of("analyze --resume DEMO/net.pt %s --out %s".formatted(options, out())), line);
  }

  private void assertBadInput(CommandRun run, String line) {
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.BAD_INPUT, "", "hesse: " + line + "\n"));
    assertThat(out()).doesNotExist();
    assertThat(out().getParent()).doesNotExist();
  }

  private Path out() {
    return folder.resolve("results/today");
  }

  @Test
  void checkpointThatIsNone() throws IOException {
    Path missing = folder.resolve("none.pt");
    assertBadCheckpoint(missing, missing + ": there is no such file. Check the path.");
    assertBadCheckpoint(folder, folder + ": this is a folder. Give the path of a file.");
    Path text = text("notes.txt", "epoch 1: loss 2.3\n");
    assertBadCheckpoint(
        text,
        text
            + ": this is a text file. Give a PyTorch checkpoint (zip or legacy), a safetensors or npz file,"
            + " or a TensorFlow checkpoint.");
  }

  @Test
  void truncatedCheckpoint() throws IOException {
    byte[] whole = Files.readAllBytes(CommandRun.testdata("demo/net.pt"));
    for (int length : new int[] {1, 100, whole.length / 2, whole.length - 1}) {
      CommandRun run =
          CommandRun.of(
              "analyze --images DEMO/images.npy --labels DEMO/labels.npy --out " + out(),
              "--resume",
              bytes("cut.pt", Arrays.copyOf(whole, length)));
      assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(out().getParent()).doesNotExist();
    }
  }

  @Test
  void checkpointOfAnotherNetwork() {
    Path other = CommandRun.testdata("checkpoints/legacy.pt");
    CommandRun run =
        CommandRun.of("analyze --images DEMO/images.npy --labels DEMO/labels.npy --resume", other);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .contains(" does not fit ResNet20 (width 16, shortcut B): ")
        .endsWith("or inspect it: hesse inspect " + other + ".\n");
  }

  @Test
  void weightThatIsNotANumber() throws IOException {
    Map<String, StoredTensor> tensors =
        new LinkedHashMap<>(Checkpoint.read(CommandRun.testdata("demo/net.pt")).tensors());
    ByteBuffer bias = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    bias.putFloat(12, Float.NaN);
    tensors.put("fc.bias", new StoredTensor(DType.FLOAT32, new long[] {10}, bias));
    Path file = folder.resolve("diverged.safetensors");
    Safetensors.write(file, tensors, Map.of());
    assertBadCheckpoint(
        file,
        file
            + ": fc.bias holds NaN at element 3."
            + " The training that wrote it diverged; take an earlier checkpoint.");
  }

  @Test
  void cifarFolder() throws IOException {
    Path data = Files.createDirectory(folder.resolve("cifar"));
    String names =
        "Name a folder with the binary version's files: data_batch_1.bin to data_batch_5.bin, or train.bin.";
    assertBadData("--data-dir " + data, data + " holds no CIFAR train data. " + names);
    assertBadData("--data-dir " + data + "x", data + "x does not exist. " + names);
    Path batch = data.resolve("data_batch_1.bin");
    Files.write(batch, new byte[CIFAR_RECORD + 5]);
    assertBadData(
        "--data-dir " + data,
        batch
            + ": the record at byte 3073 is cut after 5 of 3073 bytes. Copy or unpack the file again.");
    byte[] records = new byte[2 * CIFAR_RECORD];
    records[CIFAR_RECORD] = 10;
    Files.write(batch, records);
    assertBadData(
        "--data-dir " + data,
        batch
            + ": label 10 of record 1, at byte 3073, is not below 10. Copy or unpack the file again.");
    Files.write(batch, new byte[2 * CIFAR_RECORD]);
    assertBadData(
        "--data-dir " + data, data + ": 200 examples asked for, 2 there. Ask for at most 2.");
  }

  @Test
  void arrays() throws IOException {
    Path few = folder.resolve("few.npy");
    Npy.write(few, new StoredTensor(DType.UINT8, new long[] {3}, ByteBuffer.allocate(3)));
    CommandRun run =
        CommandRun.of("analyze --resume DEMO/net.pt --images DEMO/images.npy --labels", few);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .endsWith("holds 200 images and " + few + " 3 labels. Give one label per image.\n");

    Path labels = folder.resolve("labels.npy");
    ByteBuffer twelve = ByteBuffer.allocate(200).put(7, (byte) 12);
    Npy.write(labels, new StoredTensor(DType.UINT8, new long[] {200}, twelve));
    assertThat(
            CommandRun.of("analyze --resume DEMO/net.pt --images DEMO/images.npy --labels", labels)
                .err())
        .endsWith(
            "labels go up to 12, the network tells 10 classes apart."
                + " Give the data that the network was trained for.\n");

    Path small = folder.resolve("small.npy");
    Npy.write(
        small,
        new StoredTensor(DType.UINT8, new long[] {1, 28, 28, 3}, ByteBuffer.allocate(28 * 28 * 3)));
    Path one = folder.resolve("one.npy");
    Npy.write(one, new StoredTensor(DType.UINT8, new long[] {1}, ByteBuffer.allocate(1)));
    assertBadData(
        "--images %s --labels %s".formatted(small, one),
        "%s, %s: examples have shape [28, 28, 3], the network takes [32, 32, 3]. Resize or crop the images."
            .formatted(small, one));
  }

  @Test
  void outputFolder() throws IOException {
    Path file = bytes("taken", new byte[1]);
    CommandRun run =
        CommandRun.of(
            "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy --out",
            file);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .isEqualTo(
            "hesse: --out %s: no file can be written there, as %s is something else already. Name a folder that you may write to.%n"
                .formatted(file, file));
    assertThat(CommandRun.of("plot x.json --out", file.resolve("below")).err())
        .contains(" no file can be written there, as ");
    Path full = Files.createDirectories(folder.resolve("full/example.pdf")).getParent();
    CommandRun blocked =
        CommandRun.of(
            "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
                + " --hessian-batch-size 10 --only density --density-iter 2 --out",
            full);
    assertThat(blocked.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(blocked.err())
        .isEqualTo(
            "hesse: the products that are on disk stay there, and --continue goes on from them.\n"
                + "hesse: %s cannot be written: %1$s is something else already. Free the disk or name another folder.%n"
                    .formatted(full.resolve("example.pdf")));
    assertThat(full.toFile().list())
        .containsExactlyInAnyOrder("example.pdf", ".hesse-analyze.journal");
  }

  @Test
  void report() throws IOException {
    Path missing = folder.resolve("report.json");
    assertThat(CommandRun.of("plot --out " + out(), missing).err())
        .isEqualTo(
            "hesse: %s does not exist. Name a report.json, training.json or landscape.json that hesse wrote.%n"
                .formatted(missing));
    Path text = text("text.json", "no report");
    CommandRun run = CommandRun.of("plot --out " + out(), text);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err()).startsWith("hesse: " + text);
    assertThat(out().getParent()).doesNotExist();
  }
}
