package dev.hesse.io.zip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.FileBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipWriterTest {
  private static byte[] archive(int entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ZipWriter zip = new ZipWriter(out);
    for (int i = 0; i < entries; i++) {
      zip.add("folder/größe" + i, part(i, 1), part(i, 2));
    }
    zip.finish();
    return out.toByteArray();
  }

  private static ByteBuffer part(int i, int length) {
    return ByteBuffer.allocate(length).put(0, (byte) i);
  }

  /** From 65,535 entries on the archive is one of zip64. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 65_534, 65_535, 65_536})
  void isReadBack(int entries) throws IOException {
    FileBytes file = FileBytes.of(archive(entries));
    ZipDirectory directory = ZipDirectory.read(file);
    assertThat(directory.names()).hasSize(entries);
    ZipArchive archive = ZipArchive.read(file, directory);
    for (int i = 0; i < entries; i++) {
      Region content = archive.stored("folder/größe" + i);
      assertThat(content.offset() % 64).isZero();
      assertThat(file.slice(content.offset(), content.length()))
          .isEqualTo(ByteBuffer.wrap(new byte[] {(byte) i, (byte) i, 0}));
    }
  }

  @Test
  void isReadByJava() throws IOException {
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive(3)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        assertThat(zip.readAllBytes()).hasSize(3);
      }
    }
    assertThat(names).containsExactly("folder/größe0", "folder/größe1", "folder/größe2");
  }

  @Test
  void sameEntriesGiveTheSameBytes() throws IOException {
    assertThat(archive(3)).isEqualTo(archive(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a//b", "a/../b", ".", "a\\b", "C:/a", "a\u0000", "\ud800"})
  void refusesOtherNames(String name) {
    ZipWriter zip = new ZipWriter(new ByteArrayOutputStream());
    assertThat(ZipWriter.isName(name)).isFalse();
    assertThatThrownBy(() -> zip.add(name, part(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a plain relative path, got '" + name);
  }

  @Test
  void refusesNamesThatAreTooLong() {
    assertThat(ZipWriter.isName("ä".repeat(32_767))).isTrue();
    assertThat(ZipWriter.isName("ä".repeat(32_768))).isFalse();
  }
}
