package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hesse.io.data.Cifar10Archive;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.PublishedFile;
import dev.hesse.io.data.Split;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
  private static final int DATA_BYTES = 30_730_000;

  @TempDir private Path folder;

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::getFileName).toList();
    }
  }

  private static List<Path> datasetFiles() {
    return Cifar10Archive.files().stream().map(Path::of).toList();
  }

  private static ImageBatch readAll(Path directory, Split split) throws IOException {
    CifarDataset dataset = CifarDataset.open(directory, split, Normalization.CIFAR);
    return dataset.images(IntStream.range(0, dataset.examples()).toArray());
  }

  @Test
  void makesADatasetThatOtherCommandsRead() throws IOException {
    Path out = folder.resolve("new/shapes");
    CommandRun run =
        CommandRun.of("data make --train-examples 101 --test-examples 40 --seed 3 --out", out);
    assertThat(run)
        .isEqualTo(
            new CommandRun(
                ExitStatus.DONE,
                "101 training and 40 test images of 10 shapes, seed 3\n"
                    + "For other commands: --data-dir %s\n".formatted(out),
                ""));
    assertThat(files(out)).containsExactlyInAnyOrderElementsOf(datasetFiles());
    assertThat(readAll(out, Split.TRAIN).size()).isEqualTo(101);

    CommandRun analysis =
        CommandRun.of(
            "analyze --resume DEMO/net.pt --only accuracy --hessian-batch-size 100 --data-dir",
            out,
            "--out",
            folder.resolve("report"));
    assertThat(analysis.status()).as(analysis.err()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void replacesDataOnlyByForce() throws IOException {
    String few = "data make --quiet --train-examples 5 --test-examples 1 --seed ";
    assertThat(CommandRun.of(few + "1 --out", folder))
        .isEqualTo(new CommandRun(ExitStatus.DONE, "", ""));
    ImageBatch first = readAll(folder, Split.TRAIN);

    CommandRun again = CommandRun.of(few + "2 --out", folder);
    assertThat(again.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(again.err())
        .isEqualTo(
            "hesse: %s exists. Name another folder, or replace it with --force.\n"
                .formatted(folder.resolve("data_batch_1.bin")));
    assertThat(readAll(folder, Split.TRAIN).inputs()).isEqualTo(first.inputs());

    assertThat(CommandRun.of(few + "2 --force --out", folder).status()).isEqualTo(ExitStatus.DONE);
    assertThat(readAll(folder, Split.TRAIN).inputs()).isNotEqualTo(first.inputs());
  }

  @Test
  void fetchesAndUnpacksCifar10() throws Exception {
    byte[] archive = archive();
    Path out = folder.resolve("cifar");
    AtomicReference<List<Path>> meanwhile = new AtomicReference<>();
    server.createContext(
        "/file",
        exchange -> {
          exchange.sendResponseHeaders(200, archive.length);
          int half = archive.length / 2;
          exchange.getResponseBody().write(archive, 0, half);
          meanwhile.set(files(out));
          exchange.getResponseBody().write(archive, half, archive.length - half);
          exchange.close();
        });
    CommandRun run = fetch(published(archive), out);
    assertThat(run)
        .isEqualTo(
            new CommandRun(
                ExitStatus.DONE,
                "CIFAR-10: 50000 training and 10000 test images\n"
                    + "For other commands: --data-dir %s\n".formatted(out),
                ""));
    assertThat(files(out)).containsExactlyInAnyOrderElementsOf(datasetFiles());
    assertThat(out.resolve("data_batch_5.bin")).hasSize(DATA_BYTES);
    assertThat(meanwhile.get()).as("what an abrupt end would have left").isEmpty();
  }

  @Test
  void otherContentIsBadInputAndLeavesNothing() throws Exception {
    byte[] content = new byte[1000];
    serve(new byte[1000]);
    content[0] = 1;
    Path out = folder.resolve("cifar");
    CommandRun run = fetch(published(content), out);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err()).contains("is not the file that was published: its SHA-256 is");
    assertThat(out).doesNotExist();
  }

  @Test
  void anArchiveOfOtherFilesIsBadInputAndLeavesNothing() throws Exception {
    byte[] noArchive = new byte[1000];
    serve(noArchive);
    Path out = folder.resolve("cifar");
    CommandRun run = fetch(published(noArchive), out);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err()).startsWith("the archive cannot be unpacked: ");
    assertThat(out).doesNotExist();
  }

  @Test
  void aServerWithoutTheFileIsAFailureAndLeavesNothing() throws Exception {
    Path out = folder.resolve("cifar");
    CommandRun run = fetch(published(new byte[10]), out);
    assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(run.err()).endsWith("/file: the server answers with status 404. Try again later.");
    assertThat(out).doesNotExist();
  }

  private void serve(byte[] content) {
    server.createContext(
        "/file",
        exchange -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private PublishedFile published(byte[] content) throws Exception {
    return new PublishedFile(
        URI.create("http://localhost:%d/file".formatted(server.getAddress().getPort())),
        content.length,
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
  }

  /** Runs {@code hesse data cifar10 --download} with another archive than the published one. */
  private static CommandRun fetch(PublishedFile archive, Path out) throws IOException {
    DataCommand command = new DataCommand(archive);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    try {
      ExitStatus status =
          command.run(
              Arguments.parse(
                  command.usage(), List.of("cifar10", "--download", "--out", out.toString())),
              Console.of(stream, stream, false));
      return new CommandRun(status, printed.toString(StandardCharsets.UTF_8), "");
    } catch (IOException | RuntimeException e) {
      Failure failure = Failure.of(e);
      return new CommandRun(
          failure.status(), printed.toString(StandardCharsets.UTF_8), failure.line());
    }
  }

  /** The files of the published archive in its sizes, all zero. */
  private static byte[] archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      for (String name : Cifar10Archive.files()) {
        TarArchiveEntry header = new TarArchiveEntry("cifar-10-batches-bin/" + name);
        header.setSize(name.endsWith(".bin") ? DATA_BYTES : 61);
        tar.putArchiveEntry(header);
        tar.write(new byte[(int) header.getSize()]);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void wrongUsage() {
    String url = Cifar10Archive.PUBLISHED.address().toString();
    for (List<String> line :
        List.of(
            List.of("data", "hesse data needs make|cifar10. Give it: hesse data make|cifar10."),
            List.of("data mak", "there is no data called 'mak'. Did you mean hesse data make? See"),
            List.of("data make", "there is no folder for the data. Name it with --out DIR."),
            List.of("data make --out x --download", "--download is only for data cifar10. Leave"),
            List.of("data cifar10 --out x --seed 1", "--seed is only for data make. Leave it out."),
            List.of(
                "data cifar10 --out x --train-examples 9",
                "--train-examples is only for data make. Leave it out."),
            List.of(
                "data make --out x --train-examples 4",
                "--train-examples is '4'. Give a whole number from 5 to 1000000."),
            List.of(
                "data cifar10 --out x",
                "hesse data cifar10 would fetch 162 MiB from %s. Add --download to let it use the"
                    .formatted(url)))) {
      CommandRun run = CommandRun.of(line.get(0));
      assertThat(run.status()).as(line.get(0)).isEqualTo(ExitStatus.WRONG_USAGE);
      assertThat(run.err()).startsWith("hesse: " + line.get(1));
      assertThat(run.err().lines()).hasSize(1);
    }
    assertThat(Path.of("x")).doesNotExist();
  }
}
