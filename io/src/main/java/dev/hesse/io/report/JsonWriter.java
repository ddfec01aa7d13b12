package dev.hesse.io.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a JSON document that holds one object, member by member; null leaves a member out. */
final class JsonWriter {
  private final JsonGenerator json;

  private JsonWriter(JsonGenerator json) {
    this.json = json;
  }

  /** Writes the members of one object. */
  @FunctionalInterface
  interface Members<T> {
    void write(JsonWriter json, T value) throws IOException;
  }

  /** Writes the document and a final line feed; leaves the stream open. */
  static <T> void write(OutputStream out, T value, Members<T> members) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      members.write(new JsonWriter(json), value);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  <T> void object(String name, @Nullable T value, Members<T> members) throws IOException {
    if (value != null) {
      json.writeObjectFieldStart(name);
      members.write(this, value);
      json.writeEndObject();
    }
  }

  <T> void objects(String name, List<T> values, Members<T> members) throws IOException {
    json.writeArrayFieldStart(name);
    for (T value : values) {
      json.writeStartObject();
      members.write(this, value);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  void text(String name, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  void texts(String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  void count(String name, @Nullable Long value) throws IOException {
    if (value != null) {
      json.writeNumberField(name, value);
    }
  }

  void count(String name, int value) throws IOException {
    json.writeNumberField(name, value);
  }

  void flag(String name, boolean value) throws IOException {
    json.writeBooleanField(name, value);
  }

  void number(String name, @Nullable Double value) throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      number(value);
    }
  }

  void numbers(String name, List<Double> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (double value : values) {
      number(value);
    }
    json.writeEndArray();
  }

  private void number(double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }
}
