package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
  void aMissingFolderIsAnError() {
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("absent/a"), out -> {}))
        .isInstanceOf(NoSuchFileException.class);
  }
}
