package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedModelFolderTest {
  private static final OptionalLong HIGHEST = OptionalLong.empty();

  @TempDir private Path folder;

  @Test
  void aVersionFolderIsItself() throws IOException {
    Path model = model("00000123");
    assertThat(SavedModelFolder.find(model, HIGHEST)).isEqualTo(model);
    assertThat(SavedModelFolder.isSavedModel(model)).isTrue();
    assertThatThrownBy(() -> SavedModelFolder.find(model, OptionalLong.of(123)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is one SavedModel without versions");
  }

  @Test
  void aBasePathIsItsHighestVersion() throws IOException {
    model("9");
    Path highest = model("0010");
    model("latest");
    model(".11.part");
    Files.createDirectory(folder.resolve("12"));
    model("99999999999999999999");
    assertThat(SavedModelFolder.isSavedModel(folder)).isTrue();
    assertThat(SavedModelFolder.find(folder, HIGHEST)).isEqualTo(highest);
    assertThat(SavedModelFolder.find(folder, OptionalLong.of(9))).isEqualTo(folder.resolve("9"));
    assertThatThrownBy(() -> SavedModelFolder.find(folder, OptionalLong.of(12)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(folder + " has no version 12. Take one of its versions: [9, 10].");
  }

  @Test
  void aNewVersionComesAfterAllThatAreThere() throws IOException {
    assertThat(SavedModelFolder.next(folder)).isEqualTo(folder.resolve("1"));
    model("0010");
    Files.createDirectory(folder.resolve("12"));
    assertThat(SavedModelFolder.next(folder)).isEqualTo(folder.resolve("13"));
    assertThat(SavedModelFolder.next(folder.resolve("12"))).isEqualTo(folder.resolve("12"));
  }

  @Test
  void otherPathsAreNone() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path missing = folder.resolve("missing");
    assertNoModel(
        folder,
        " holds no SavedModel: neither saved_model.pb nor numbered folders with one."
            + " Give a SavedModel's folder, or the one with its versions.");
    assertNoModel(
        file,
        " is a file, and a SavedModel is a folder."
            + " Export the model, with Keras by model.export(\"DIR\"), and give that folder.");
    assertNoModel(missing, ": there is no such folder. Check the path.");
  }

  private static void assertNoModel(Path path, String message) throws IOException {
    assertThat(SavedModelFolder.isSavedModel(path)).isFalse();
    assertThatThrownBy(() -> SavedModelFolder.find(path, HIGHEST))
        .isInstanceOf(BadInputException.class)
        .hasMessage(path + message);
    assertThatThrownBy(() -> SavedModelFolder.find(path, OptionalLong.of(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            path
                + " has no versions, which are numbered folders with saved_model.pb."
                + " Leave the version out, or give the folder with the versions.");
  }

  private Path model(String name) throws IOException {
    Path model = Files.createDirectory(folder.resolve(name));
    Files.createFile(model.resolve("saved_model.pb"));
    return model;
  }
}
