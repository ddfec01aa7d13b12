package dev.hesse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code hesse convert} did.
 *
 * @param tensors how many were written
 * @param bytes of their elements
 * @param notKept names of what the source holds beside the weights, and the target does not
 */
record Conversion(
    Path source, Path target, Format format, int tensors, long bytes, List<String> notKept) {

  /** In the summary; an optimizer has a tensor or two for each of the network's. */
  private static final int NAMES_SHOWN = 20;

  static Conversion of(Checkpoint checkpoint, Path target, Format format) {
    Stream<String> facts =
        format == Format.SAFETENSORS || format == Format.SAVED_MODEL
            ? Stream.empty()
            : checkpoint.metadata().keySet().stream()
                .filter(key -> !key.equals(Safetensors.AXIS_ORDER));
    return new Conversion(
        checkpoint.path(),
        target,
        format,
        checkpoint.tensors().size(),
        checkpoint.tensors().values().stream().mapToLong(t -> t.data().remaining()).sum(),
        Stream.concat(facts, checkpoint.omitted().stream()).toList());
  }

  /** A line of what was written, and one of what was not, if anything. */
  String summary() {
    String written =
        String.format(
            Locale.ROOT,
            "%s: %s, %,d tensors, %s%n",
            target,
            format.label(),
            tensors,
            Bytes.text(bytes));
    if (notKept.isEmpty()) {
      return written;
    }
    String shown =
        notKept.stream()
            .limit(NAMES_SHOWN)
            .map(BadInputException::quote)
            .collect(Collectors.joining(", "));
    int more = notKept.size() - NAMES_SHOWN;
    return written
        + "not kept: %s%s%n".formatted(shown, more > 0 ? ", and %d more".formatted(more) : "");
  }

  void writeJson(PrintStream out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeStringField("source", source.toString());
      json.writeStringField("target", target.toString());
      json.writeStringField("format", format.label());
      json.writeNumberField("tensors", tensors);
      json.writeNumberField("bytes", bytes);
      json.writeArrayFieldStart("notKept");
      for (String name : notKept) {
        json.writeString(name);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }
}
