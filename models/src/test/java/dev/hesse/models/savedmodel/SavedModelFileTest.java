package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.MetaGraphDef.MetaInfoDef;
import org.tensorflow.proto.SavedModel;

class SavedModelFileTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void path() {
    file = folder.resolve("saved_model.pb");
  }

  private void write(String... tagSets) throws IOException {
    SavedModel.Builder model = SavedModel.newBuilder();
    for (String tags : tagSets) {
      model.addMetaGraphs(
          MetaGraphDef.newBuilder()
              .setMetaInfoDef(
                  MetaInfoDef.newBuilder()
                      .setMetaGraphVersion(tags)
                      .addAllTags(Arrays.asList(tags.split(",")))));
    }
    Files.write(file, model.build().toByteArray());
  }

  private String read(String tag) throws IOException {
    return SavedModelFile.read(folder, tag).getMetaInfoDef().getMetaGraphVersion();
  }

  private void refused(String tag, String message) {
    assertThatThrownBy(() -> SavedModelFile.read(folder, tag))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void theGraphWithNoOtherTagIsPreferred() throws IOException {
    write("serve,tpu", "train", "serve");
    assertThat(read("serve")).isEqualTo("serve");
    assertThat(read("tpu")).isEqualTo("serve,tpu");
  }

  @Test
  void whatTagsThereAreIsSaid() throws IOException {
    write("serve,gpu", "serve,tpu");
    refused(
        "serve", "has 2 graphs with the tag 'serve'. Its graphs have the tags {'serve', 'gpu'}");
    refused(
        "train", "has no graph with the tag 'train'. Its graphs have the tags {'serve', 'gpu'}");
    write();
    refused("serve", "The file holds no graph");
  }

  @Test
  void aFileThatEndsTooSoonIsDamaged() throws IOException {
    write("serve", "train,tpu");
    byte[] whole = Files.readAllBytes(file);
    for (int length : List.of(1, whole.length / 2, whole.length - 1)) {
      Files.write(file, Arrays.copyOf(whole, length));
      refused("serve", "this is not a SavedModel's protocol buffer, or not all of it");
    }
  }

  @Test
  void aFileBeyondWhatMessagesCanBeIsNotRead() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 31);
    }
    refused("serve", "has 2,147,483,648 bytes, more than a protocol buffer can");
  }
}
