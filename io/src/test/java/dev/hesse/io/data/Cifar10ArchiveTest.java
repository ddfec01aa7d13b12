package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Cifar10ArchiveTest {
  private static final String FOLDER = "cifar-10-batches-bin/";
  private static final int DATA_BYTES = 30_730_000;

  @TempDir Path folder;

  /** An entry of an archive; data are zeros. */
  private record Entry(String name, byte type, int size) {
    static Entry file(String name, int size) {
      return new Entry(name, TarConstants.LF_NORMAL, size);
    }
  }

  /** The published archive's entries. */
  private static Stream<Entry> published() {
    return Stream.concat(
        Stream.of(
            new Entry(FOLDER, TarConstants.LF_DIR, 0), Entry.file(FOLDER + "readme.html", 88)),
        Cifar10Archive.files().stream()
            .map(name -> Entry.file(FOLDER + name, name.endsWith("bin") ? DATA_BYTES : 61)));
  }

  private static byte[] archive(Stream<Entry> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      for (Entry entry : entries.toList()) {
        TarArchiveEntry header = new TarArchiveEntry(entry.name(), entry.type(), true);
        header.setSize(entry.size());
        if (entry.type() == TarConstants.LF_SYMLINK) {
          header.setLinkName("/etc/hostname");
        }
        tar.putArchiveEntry(header);
        tar.write(new byte[entry.size()]);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private void unpack(byte[] archive) throws IOException {
    Map<String, Path> targets =
        Cifar10Archive.files().stream()
            .collect(Collectors.toMap(Function.identity(), folder::resolve));
    Cifar10Archive.unpack(new ByteArrayInputStream(archive), targets);
  }

  @Test
  void unpacksTheSevenFiles() throws IOException {
    unpack(archive(published()));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(Cifar10Archive.files());
    }
    assertThat(folder.resolve("test_batch.bin")).hasSize(DATA_BYTES);
    assertThat(CifarDataset.open(folder, Split.TRAIN, Normalization.CIFAR).examples())
        .isEqualTo(50_000);
  }

  static Stream<Arguments> unexpectedEntries() {
    String other = "is not one of the dataset's files";
    String irregular = "is no regular file";
    byte normal = TarConstants.LF_NORMAL;
    return Stream.of(
        Arguments.of("../data_batch_1.bin", normal, DATA_BYTES, other),
        Arguments.of(FOLDER + "../data_batch_1.bin", normal, DATA_BYTES, other),
        Arguments.of(FOLDER + "../../x/" + FOLDER + "test_batch.bin", normal, DATA_BYTES, other),
        Arguments.of("/" + FOLDER + "test_batch.bin", normal, DATA_BYTES, other),
        Arguments.of("test_batch.bin", normal, DATA_BYTES, other),
        Arguments.of(FOLDER + "more.bin", normal, 1, other),
        Arguments.of(FOLDER + "test_batch.bin", TarConstants.LF_SYMLINK, 0, irregular),
        Arguments.of(FOLDER + "test_batch.bin", TarConstants.LF_LINK, 0, irregular),
        Arguments.of(FOLDER + "test_batch.bin", TarConstants.LF_FIFO, 0, irregular),
        Arguments.of(FOLDER + "test_batch.bin", TarConstants.LF_CHR, 0, irregular),
        Arguments.of("elsewhere/", TarConstants.LF_DIR, 0, irregular),
        Arguments.of(FOLDER + "test_batch.bin", normal, DATA_BYTES - 1, "has 30729999 bytes"),
        Arguments.of(FOLDER + "test_batch.bin", normal, 0, "has 0 bytes"),
        Arguments.of(FOLDER + "readme.html", normal, 70_000, "has 70000 bytes"));
  }

  @ParameterizedTest
  @MethodSource("unexpectedEntries")
  void refusesAnyOtherEntry(String name, byte type, int size, String finding) throws IOException {
    byte[] archive = archive(Stream.of(new Entry(name, type, size)));
    assertThatThrownBy(() -> unpack(archive))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("the archive's entry '" + name)
        .hasMessageContaining(finding);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesAnEntryThatIsThereTwice() throws IOException {
    Entry meta = Entry.file(FOLDER + "batches.meta.txt", 61);
    byte[] archive = archive(Stream.of(meta, meta));
    assertThatThrownBy(() -> unpack(archive))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("batches.meta.txt' is there twice");
  }

  @Test
  void saysWhichFilesAreMissing() throws IOException {
    byte[] archive = archive(published().filter(entry -> entry.size() < DATA_BYTES));
    assertThatThrownBy(() -> unpack(archive))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the archive lacks data_batch_1.bin, ");
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    byte[] cut = archive(published().limit(3));
    for (byte[] bytes :
        List.of(
            new byte[0],
            "<html>sign in</html>".getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(cut, cut.length / 2))) {
      assertThatThrownBy(() -> unpack(bytes))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("the archive cannot be unpacked: ");
    }
  }

  @Test
  void replacesNothing() throws IOException {
    Files.writeString(folder.resolve("batches.meta.txt"), "mine");
    byte[] archive = archive(Stream.of(Entry.file(FOLDER + "batches.meta.txt", 61)));
    assertThatThrownBy(() -> unpack(archive)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("batches.meta.txt")).hasContent("mine");
  }
}
