package dev.hesse.models.serving;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.json.JsonDocument;
import dev.hesse.io.json.JsonObject;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.models.serving.ModelDescription.SourceTensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The file {@code assets.extra/hesse.json} of a version folder. */
final class DescriptionFile {
  static final String REMEDY =
      "Export the model again, or move %s away to read the variables by their own names"
          .formatted("assets.extra/hesse.json");

  private static final int SCHEMA_VERSION = 1;

  private DescriptionFile() {}

  static Path in(Path versionFolder) {
    return versionFolder.resolve("assets.extra").resolve("hesse.json");
  }

  static void write(ModelDescription description, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      write(description, json);
      json.writeRaw('\n');
    }
  }

  private static void write(ModelDescription description, JsonGenerator json) throws IOException {
    ResNetConfig config = description.config();
    json.writeStartObject();
    json.writeNumberField("schemaVersion", SCHEMA_VERSION);
    json.writeObjectFieldStart("resnet");
    json.writeNumberField("depth", config.depth());
    json.writeNumberField("width", config.width());
    json.writeNumberField("classes", config.classes());
    json.writeBooleanField("residual", config.residual());
    json.writeBooleanField("batchNorm", config.batchNorm());
    json.writeStringField("shortcut", config.shortcut().name());
    json.writeEndObject();
    json.writeObjectFieldStart("images");
    json.writeBooleanField("raw", description.rawImages());
    writeNumbers("mean", description.normalization().mean(), json);
    writeNumbers("std", description.normalization().std(), json);
    json.writeEndObject();
    json.writeArrayFieldStart("tensors");
    for (SourceTensor tensor : description.tensors()) {
      json.writeStartObject();
      json.writeStringField("name", tensor.name());
      json.writeStringField("variable", tensor.variable());
      json.writeStringField("dtype", tensor.dtype().label());
      json.writeStringField("layout", "pytorch");
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("metadata");
    for (Map.Entry<String, String> fact : description.metadata().entrySet()) {
      json.writeStartObject();
      json.writeStringField("name", fact.getKey());
      json.writeStringField("value", fact.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeNumbers(String name, List<Double> numbers, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (double number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }

  /**
   * Reads a description, which may come from a stranger: what it says is of the right form, not
   * that it is true of the model.
   */
  static ModelDescription read(Path file) throws IOException {
    return checked(JsonDocument.read(file, REMEDY));
  }

  /** As {@link #read}, of a document in memory that came from {@code file}. */
  static ModelDescription parse(Path file, byte[] document) {
    return checked(JsonDocument.parse(file, REMEDY, document));
  }

  private static ModelDescription checked(JsonObject root) {
    root.requireVersion(SCHEMA_VERSION);
    return root.as(DescriptionFile::description);
  }

  private static ModelDescription description(JsonObject json) {
    JsonObject images = json.object("images", Function.identity());
    Map<String, String> metadata = new LinkedHashMap<>();
    json.objects("metadata", fact -> Map.entry(fact.text("name"), fact.text("value")))
        .forEach(fact -> metadata.put(fact.getKey(), fact.getValue()));
    return new ModelDescription(
        json.object("resnet", DescriptionFile::config),
        images.flag("raw"),
        images.as(
            normalization ->
                new Normalization(normalization.numbers("mean"), normalization.numbers("std"))),
        json.objects("tensors", DescriptionFile::tensor),
        metadata);
  }

  private static ResNetConfig config(JsonObject json) {
    return new ResNetConfig(
        json.smallCount("depth"),
        json.smallCount("width"),
        json.smallCount("classes"),
        json.flag("residual"),
        json.flag("batchNorm"),
        oneOf(Shortcut.values(), Shortcut::name, json.text("shortcut")));
  }

  private static SourceTensor tensor(JsonObject json) {
    oneOf(new String[] {"pytorch"}, Function.identity(), json.text("layout"));
    return new SourceTensor(
        json.text("name"),
        json.text("variable"),
        oneOf(DType.values(), DType::label, json.text("dtype")));
  }

  private static <T> T oneOf(T[] values, Function<T, String> label, String text) {
    for (T value : values) {
      if (label.apply(value).equals(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown " + BadInputException.quote(text));
  }
}
