package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void replacesAFileWholly() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "a longer text");
    AtomicFile.write(target, out -> out.write('b'));

    assertThat(target).hasContent("b");
    assertThat(folder).isDirectoryNotContaining(p -> !p.equals(target));
  }

  @Test
  void aFailureLeavesTheFileAsItWas() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      out.write('b');
                      throw new IOException("no space");
                    }))
        .hasMessage("no space");

    assertThat(target).hasContent("old");
    assertThat(folder).isDirectoryNotContaining(p -> !p.equals(target));
  }

  @Test
  void whatAKilledProcessLeftLongAgoIsRemoved() throws IOException {
    Path target = folder.resolve("a");
    Path old = Files.writeString(folder.resolve(".a.12ab.part"), "");
    Path ofAnother = Files.writeString(folder.resolve(".b.12ab.part"), "");
    Path fresh = Files.writeString(folder.resolve(".a.34cd.part"), "");
    FileTime anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(old, anHourAgo);
    Files.setLastModifiedTime(ofAnother, anHourAgo);
    AtomicFile.write(target, out -> out.write('b'));
    assertThat(old).doesNotExist();
    assertThat(ofAnother).exists();
    assertThat(fresh).exists();
    assertThat(target).hasContent("b");
  }

  @Test
  void aMissingFolderIsAnError() {
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("absent/a"), out -> {}))
        .isInstanceOf(NoSuchFileException.class);
  }
}
