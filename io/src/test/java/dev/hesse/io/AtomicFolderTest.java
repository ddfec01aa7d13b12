package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir Path folder;

  @Test
  void nothingIsThereBeforeAllIs() throws IOException {
    Path target = folder.resolve("base/1");
    AtomicFolder.write(
        target,
        part -> {
          Files.writeString(part.resolve("a"), "new");
          assertThat(target).doesNotExist();
          assertThat(part.getFileName().toString()).startsWith(".1.");
        });
    assertThat(paths()).containsExactlyInAnyOrder("base", "base/1", "base/1/a");
  }

  @Test
  void replacesAFolderWholly() throws IOException {
    Path target = Files.createDirectory(folder.resolve("1"));
    Files.createDirectory(target.resolve("sub"));
    Files.writeString(target.resolve("sub/stale"), "old");
    AtomicFolder.write(target, part -> Files.writeString(part.resolve("a"), "new"));
    assertThat(paths()).containsExactlyInAnyOrder("1", "1/a");
  }

  @Test
  void aFailureLeavesAllAsItWas() throws IOException {
    Path target = Files.createDirectory(folder.resolve("1"));
    Files.writeString(target.resolve("a"), "old");
    assertThatThrownBy(() -> AtomicFolder.write(target, AtomicFolderTest::fail))
        .hasMessage("no space");
    assertThatThrownBy(
            () -> AtomicFolder.write(folder.resolve("new/base/1"), AtomicFolderTest::fail))
        .hasMessage("no space");
    assertThat(paths()).containsExactlyInAnyOrder("1", "1/a");
    assertThat(target.resolve("a")).hasContent("old");
  }

  @Test
  void aFailureLeavesWhatOthersWroteMeanwhile() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFolder.write(
                    folder.resolve("base/1"),
                    part -> {
                      Files.createDirectory(folder.resolve("base/2"));
                      fail(part);
                    }))
        .hasMessage("no space");
    assertThat(paths()).containsExactlyInAnyOrder("base", "base/2");
  }

  private static void fail(Path part) throws IOException {
    Files.createDirectories(part.resolve("sub/sub"));
    throw new IOException("no space");
  }

  private List<String> paths() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.skip(1).map(path -> folder.relativize(path).toString()).toList();
    }
  }
}
