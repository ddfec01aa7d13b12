package dev.hesse.io.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.hesse.io.BadInputException;
import dev.hesse.io.json.JsonObject.Place;
import dev.hesse.io.json.JsonObject.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses JSON documents that hold one object, with strict syntax and unique member names. */
public final class JsonDocument {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).build())
          .build();

  /** Parsing takes up to 25 times a document's size. */
  private static final int SIZE_LIMIT = 16 << 20;

  private final Path file;
  private final String remedy;
  private final JsonParser parser;

  private JsonDocument(Path file, String remedy, JsonParser parser) {
    this.file = file;
    this.remedy = remedy;
    this.parser = parser;
  }

  /**
   * Reads a file's one object.
   *
   * @param remedy what to do about a file that is not as it should be, without the closing period
   * @throws BadInputException if it holds anything else, or more than 16 MiB
   */
  public static JsonObject read(Path file, String remedy) throws IOException {
    byte[] document;
    try (InputStream in = Files.newInputStream(file)) {
      document = in.readNBytes(SIZE_LIMIT + 1);
    }
    if (document.length > SIZE_LIMIT) {
      throw new BadInputException(
          "%s is longer than the %d MiB that it may have".formatted(file, SIZE_LIMIT >> 20),
          remedy);
    }
    return parse(file, remedy, document);
  }

  /** As {@link #read}, of a document in memory that came from {@code file}. */
  public static JsonObject parse(Path file, String remedy, byte[] document) {
    try (JsonParser parser = FACTORY.createParser(document)) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      return new JsonDocument(file, remedy, parser).root();
    } catch (JsonProcessingException e) {
      throw place(file, remedy, e.getLocation()).refusal("not valid JSON");
    } catch (IOException e) {
      throw new BadInputException(file + " is not text in UTF-8", remedy, e);
    }
  }

  private static Place place(Path file, String remedy, @Nullable JsonLocation known) {
    JsonLocation location = known == null ? JsonLocation.NA : known;
    return new Place(file, remedy, location.getLineNr(), location.getColumnNr());
  }

  private JsonObject root() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw place(file, remedy, parser.currentTokenLocation()).refusal("expected an object");
    }
    JsonObject root = object();
    if (parser.nextToken() != null) {
      throw place(file, remedy, parser.currentTokenLocation()).refusal("expected nothing more");
    }
    return root;
  }

  private JsonObject object() throws IOException {
    Place place = place(file, remedy, parser.currentTokenLocation());
    Map<String, Value> members = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      members.put(name, value());
    }
    return new JsonObject(place, members);
  }

  private List<Value> list() throws IOException {
    List<Value> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value());
    }
    return elements;
  }

  private Value value() throws IOException {
    JsonLocation location = parser.currentTokenLocation();
    Object content =
        switch (parser.currentToken()) {
          case START_OBJECT -> object();
          case START_ARRAY -> list();
          case VALUE_STRING -> parser.getText();
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
          case VALUE_TRUE -> true;
          case VALUE_FALSE -> false;
          default -> null;
        };
    return new Value(location.getLineNr(), location.getColumnNr(), content);
  }

  private Number number() throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> parser.getLongValue();
      default -> {
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
          throw place(file, remedy, parser.currentTokenLocation())
              .refusal("a number beyond a double");
        }
        yield number;
      }
    };
  }
}
