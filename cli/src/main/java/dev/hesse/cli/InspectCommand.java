package dev.hesse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.savedmodel.SavedModels;
import dev.hesse.models.serving.SavedModelFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code hesse inspect}: what is in a weights file, which needs no TensorFlow, or SavedModel. */
final class InspectCommand implements Command {
  private static final CommandOption<Boolean> JSON =
      CommandOption.flag("json", "print JSON: the format, and each tensor's name, dtype and shape");
  private static final CommandOption<Boolean> NODES =
      CommandOption.flag("nodes", "of a SavedModel, also every node of its graph");

  private static final Usage USAGE =
      new Usage(
          "inspect",
          List.of("FILE"),
          "The tensors in a PyTorch or TensorFlow checkpoint, safetensors, npz or SavedModel",
          List.of(
              new Usage.Group("source", List.of(Source.MODEL_VERSION, SavedModelOptions.TAG)),
              new Usage.Group("output", List.of(JSON, NODES, OutputOptions.VERBOSE))),
          List.of(
              "Nothing in the file is run, whoever made it.",
              "Of a SavedModel, also the signatures, the variables and the operations that the"
                  + " signatures' outputs need, and which of them have no derivative rule. That"
                  + " matters for those after a variable, on the way to a loss."),
          List.of(
              new Usage.Example("inspect net.pkl", "a table of all tensors"),
              new Usage.Example(
                  "inspect net.pkl --json | jq -r '.tensors[].name'", "their names for a script")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    Path path = Path.of(arguments.operand(0));
    Source source = Source.from(arguments, path);
    if (!SavedModelFolder.isSavedModel(path)) {
      print(arguments, source.read(console).checkpoint(), Optional.empty(), console.out());
      return ExitStatus.DONE;
    }
    SavedModels model =
        SavedModels.open(
            path, source.version(), arguments.get(SavedModelOptions.TAG, SavedModels.TAG_DEFAULT));
    Checkpoint checkpoint =
        model.hasVariables()
            ? source.read(console).checkpoint()
            : new Checkpoint(
                model.folder(), Checkpoint.Format.SAVED_MODEL, model.sha256(), Map.of());
    SavedModelInspection graph = new SavedModelInspection(model.contents(), arguments.has(NODES));
    print(arguments, checkpoint, Optional.of(graph), console.out());
    return ExitStatus.DONE;
  }

  private static void print(
      Arguments arguments,
      Checkpoint checkpoint,
      Optional<SavedModelInspection> graph,
      PrintStream out)
      throws IOException {
    if (arguments.has(JSON)) {
      writeJson(checkpoint, graph, out);
    } else {
      out.print(table(checkpoint));
      graph.ifPresent(g -> out.print("\n" + g.text()));
    }
  }

  private static void writeJson(
      Checkpoint checkpoint, Optional<SavedModelInspection> graph, PrintStream out)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeStringField("format", checkpoint.format().label());
      json.writeArrayFieldStart("tensors");
      for (Map.Entry<String, StoredTensor> entry : checkpoint.tensors().entrySet()) {
        json.writeStartObject();
        json.writeStringField("name", entry.getKey());
        json.writeStringField("dtype", entry.getValue().dtype().label());
        json.writeFieldName("shape");
        long[] shape = entry.getValue().shape();
        json.writeArray(shape, 0, shape.length);
        json.writeEndObject();
      }
      json.writeEndArray();
      if (graph.isPresent()) {
        graph.get().write(json);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static String table(Checkpoint checkpoint) {
    Map<String, StoredTensor> tensors = checkpoint.tensors();
    int nameWidth =
        tensors.keySet().stream().mapToInt(name -> printable(name).length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    text.append(checkpoint.path()).append(": ").append(checkpoint.format().label()).append('\n');
    text.append("sha256 ").append(checkpoint.sha256()).append('\n');
    checkpoint
        .metadata()
        .forEach(
            (key, value) ->
                text.append(printable(key)).append(" = ").append(printable(value)).append('\n'));
    if (!checkpoint.omitted().isEmpty()) {
      text.append("not read: ")
          .append(
              checkpoint.omitted().stream()
                  .map(InspectCommand::printable)
                  .collect(Collectors.joining(", ")))
          .append('\n');
    }
    text.append('\n');
    long elements = 0;
    long bytes = 0;
    for (Map.Entry<String, StoredTensor> entry : tensors.entrySet()) {
      StoredTensor tensor = entry.getValue();
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + Math.max(1, nameWidth) + "s  %-8s  %s%n",
              printable(entry.getKey()),
              tensor.dtype().label(),
              Arrays.toString(tensor.shape())));
      elements += tensor.elementCount();
      bytes += (long) tensor.elementCount() * tensor.dtype().bytes();
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%n%,d tensors, %,d elements, %s%n",
            tensors.size(),
            elements,
            Bytes.text(bytes)));
    return text.toString();
  }

  /** A name from the file, cut and escaped as errors show it, without their quotes. */
  static String printable(String untrusted) {
    String quoted = BadInputException.quote(untrusted);
    return quoted.substring(1, quoted.length() - 1);
  }
}
