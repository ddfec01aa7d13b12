package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.io.BadInputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorInfo;

/** Reads {@code saved_model.pb}. */
final class SavedModelFile {
  /** Messages of protocol buffers are addressed by 31 bits. */
  private static final long MAX_BYTES = Integer.MAX_VALUE;

  private static final int MAX_DESCRIBED = 10;

  private SavedModelFile() {}

  /**
   * Reads the graph with a tag. Of several, it is the one that has no other.
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
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new BadInputException(
          "%s has %,d bytes, more than a protocol buffer can".formatted(file, size),
          "Export the model with its weights as variables, not constants");
    }
    SavedModel model;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      model = SavedModel.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw BadInputException.damaged(
              "this is not a SavedModel's protocol buffer, or not all of it")
          .in(file.toString());
    }
    MetaGraphDef graph = tagged(file, model.getMetaGraphsList(), tag);
    requireKnownTypes(file, graph);
    return graph;
  }

  /** Numbers of element types that TensorFlow 2.18 has no names for. */
  private static void requireKnownTypes(Path file, MetaGraphDef graph) {
    Stream<DataType> ofSignatures =
        graph.getSignatureDefMap().values().stream()
            .flatMap(
                signature ->
                    Stream.concat(
                        signature.getInputsMap().values().stream(),
                        signature.getOutputsMap().values().stream()))
            .map(TensorInfo::getDtype);
    Stream<DataType> ofNodes =
        Stream.concat(
                graph.getGraphDef().getNodeList().stream(),
                graph.getGraphDef().getLibrary().getFunctionList().stream()
                    .flatMap(function -> function.getNodeDefList().stream()))
            .flatMap(node -> node.getAttrMap().values().stream())
            .flatMap(
                attribute ->
                    Stream.concat(
                        Stream.of(attribute.getType(), attribute.getTensor().getDtype()),
                        attribute.getList().getTypeList().stream()));
    if (Stream.concat(ofSignatures, ofNodes).anyMatch(DataType.UNRECOGNIZED::equals)) {
      throw BadInputException.damaged("it has a tensor of an unknown type").in(file.toString());
    }
  }

  /** The graph with this tag alone, or else with it among others. */
  private static MetaGraphDef tagged(Path file, List<MetaGraphDef> graphs, String tag) {
    List<MetaGraphDef> with = graphs.stream().filter(graph -> tags(graph).contains(tag)).toList();
    List<MetaGraphDef> alone =
        with.stream().filter(graph -> Set.copyOf(tags(graph)).size() == 1).toList();
    List<MetaGraphDef> chosen = alone.isEmpty() ? with : alone;
    if (chosen.size() == 1) {
      return chosen.get(0);
    }
    throw new BadInputException(
        chosen.isEmpty()
            ? "%s has no graph with the tag %s".formatted(file, quote(tag))
            : "%s has %d graphs with the tag %s".formatted(file, chosen.size(), quote(tag)),
        graphs.isEmpty()
            ? "The file holds no graph: export the model again"
            : "Its graphs have the tags " + described(graphs));
  }

  private static List<String> tags(MetaGraphDef graph) {
    return graph.getMetaInfoDef().getTagsList();
  }

  private static String described(List<MetaGraphDef> graphs) {
    return graphs.stream()
        .limit(MAX_DESCRIBED)
        .map(
            graph ->
                tags(graph).stream()
                    .limit(MAX_DESCRIBED)
                    .map(BadInputException::quote)
                    .collect(Collectors.joining(", ", "{", "}")))
        .collect(Collectors.joining(", "));
  }
}
