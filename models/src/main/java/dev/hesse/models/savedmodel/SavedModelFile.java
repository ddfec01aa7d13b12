package dev.hesse.models.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Reads {@code saved_model.pb}. */
final class SavedModelFile {
  private SavedModelFile() {}

  /**
   * Reads the graph with a tag.
   *
   * @param folder with the file
   * @throws BadInputException if there is no such file or tag, or the file is damaged
   */
  static MetaGraphDef read(Path folder, String tag) throws IOException {
    Path file = folder.resolve("saved_model.pb");
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          "%s holds no saved_model.pb".formatted(folder), "Give the folder of a SavedModel");
    }
    SavedModel model;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      model = SavedModel.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw BadInputException.damaged("this is not a SavedModel's protocol buffer")
          .in(file.toString());
    }
    return model.getMetaGraphsList().stream()
        .filter(graph -> graph.getMetaInfoDef().getTagsList().contains(tag))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "%s has no graph with the tag %s".formatted(file, BadInputException.quote(tag)),
                    tags(model.getMetaGraphsList())));
  }

  private static String tags(List<MetaGraphDef> graphs) {
    TreeSet<String> tags =
        graphs.stream()
            .flatMap(graph -> graph.getMetaInfoDef().getTagsList().stream())
            .map(BadInputException::quote)
            .collect(Collectors.toCollection(TreeSet::new));
    return tags.isEmpty()
        ? "The file holds no graph: export the model again"
        : "Choose one of its tags: " + String.join(", ", tags);
  }
}
