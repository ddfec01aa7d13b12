package dev.hesse.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The figures of one case that the PyTorch yardstick computed in float64: its JSON file. */
final class Reference {
  private final Map<String, List<Double>> numbers = new HashMap<>();

  private Reference() {}

  /** Reads every number and array of numbers; one that is nested is named {@code outer/inner}. */
  static Reference read(Path file) throws IOException {
    Reference reference = new Reference();
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      parser.nextToken();
      reference.object(parser, "");
    }
    return reference;
  }

  private void object(JsonParser parser, String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = prefix + parser.currentName();
      switch (parser.nextToken()) {
        case START_OBJECT -> object(parser, name + "/");
        case START_ARRAY -> {
          List<Double> values = new ArrayList<>();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(parser.getDoubleValue());
          }
          numbers.put(name, values);
        }
        case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT ->
            numbers.put(name, List.of(parser.getDoubleValue()));
        default -> {}
      }
    }
  }

  double number(String name) {
    return numbers(name).get(0);
  }

  /** A number, or 0 if the file does not have it, as the standard error of an exact figure. */
  double numberOrZero(String name) {
    return numbers.getOrDefault(name, List.of(0.0)).get(0);
  }

  List<Double> numbers(String name) {
    List<Double> values = numbers.get(name);
    if (values == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return values;
  }
}
