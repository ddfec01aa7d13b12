package dev.hesse.cli;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The relative accuracy that is wanted of each part, in the place of a number of steps: {@code
 * 1e-3} for all, or {@code eigenvalues=1e-3,trace=0.05}.
 *
 * @param eigenvalues a bound on their error
 * @param trace its standard error
 */
record Accuracy(Optional<Double> eigenvalues, Optional<Double> trace) {

  private enum Part {
    EIGENVALUES,
    TRACE
  }

  static final ValueType<Accuracy> TYPE =
      new ValueType<>(
          "X|PART=X,…", "a number above 0 and below 1, or eigenvalues=X,trace=X", Accuracy::parse);

  private static Optional<Accuracy> parse(String text) {
    if (!text.contains("=")) {
      return fraction(text).map(all -> new Accuracy(Optional.of(all), Optional.of(all)));
    }
    Map<Part, Double> parts = new EnumMap<>(Part.class);
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", -1);
      Optional<Double> value = sides.length == 2 ? fraction(sides[1]) : Optional.empty();
      Optional<Part> name = name(sides[0]);
      if (value.isEmpty() || name.isEmpty() || parts.put(name.get(), value.get()) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Accuracy(
            Optional.ofNullable(parts.get(Part.EIGENVALUES)),
            Optional.ofNullable(parts.get(Part.TRACE))));
  }

  private static Optional<Part> name(String text) {
    for (Part part : Part.values()) {
      if (part.name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(part);
      }
    }
    return Optional.empty();
  }

  private static Optional<Double> fraction(String text) {
    return ValueType.number(text).filter(value -> value > 0 && value < 1);
  }
}
