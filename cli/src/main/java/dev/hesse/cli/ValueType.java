package dev.hesse.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The values that an option takes.
 *
 * @param placeholder how help writes a value, such as {@code N}; empty for an option without one
 * @param expected completes "give …"
 * @param parser empty for a text that is not one of the values
 */
record ValueType<T>(String placeholder, String expected, Function<String, Optional<T>> parser) {
  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,18}", Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern SIZE = Pattern.compile("(\\d+\\.?\\d*)([kmgt])(i?b)?");
  private static final int CHANNELS = 3;

  /** An option that is there or not. */
  static final ValueType<Boolean> FLAG = new ValueType<>("", "no value", text -> Optional.empty());

  static final ValueType<Boolean> TRUTH =
      new ValueType<>(
          "true|false",
          "true or false",
          text ->
              switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
              });

  static final ValueType<String> TEXT =
      new ValueType<>("TEXT", "a text", text -> Optional.of(text).filter(t -> !t.isBlank()));

  static final ValueType<Pattern> PATTERN =
      new ValueType<>(
          "REGEX",
          "a regular expression",
          text -> {
            try {
              return Optional.of(Pattern.compile(text));
            } catch (PatternSyntaxException e) {
              return Optional.empty();
            }
          });

  static final ValueType<Path> FILE = path("FILE");
  static final ValueType<Path> FOLDER = path("DIR");

  /** Three numbers, one for each of red, green and blue. */
  static final ValueType<List<Double>> CHANNEL_MEANS = channels("three numbers", -1e6, 1e6);

  static final ValueType<List<Double>> CHANNEL_DEVIATIONS =
      channels("three positive numbers", 0, 1e6);

  /** A number of bytes, with k, m, g or t for powers of 1024. */
  static final ValueType<Long> SIZE_IN_BYTES =
      new ValueType<>("SIZE", "a size such as 800m or 4g", ValueType::size);

  /** A value as it is written where another folder is the current one. */
  String anywhere(String text) {
    if (equals(FILE) || equals(FOLDER)) {
      return Path.of(text).toAbsolutePath().toString();
    }
    return equals(InputArgument.TYPE)
        ? parser.apply(text).map(input -> ((InputArgument) input).anywhere()).orElse(text)
        : text;
  }

  static ValueType<Integer> whole(int least, int most) {
    return wholeLong(least, most).map(Math::toIntExact);
  }

  static ValueType<Long> wholeLong(long least, long most) {
    return new ValueType<>(
        "N",
        "a whole number from %d to %d".formatted(least, most),
        text ->
            Optional.of(text)
                .filter(t -> WHOLE.matcher(t).matches())
                .map(Long::parseLong)
                .filter(value -> value >= least && value <= most));
  }

  /** A number above {@code low} and below {@code high}. */
  static ValueType<Double> between(double low, double high) {
    return new ValueType<>(
        "X",
        "a number above %s and below %s".formatted(plain(low), plain(high)),
        text -> number(text).filter(value -> value > low && value < high));
  }

  static <E extends Enum<E>> ValueType<E> choice(Class<E> type, Function<E, String> label) {
    List<E> values = List.of(type.getEnumConstants());
    List<String> labels = values.stream().map(label).toList();
    return new ValueType<>(
        String.join("|", labels),
        "one of " + String.join(", ", labels),
        text -> values.stream().filter(value -> label.apply(value).equals(text)).findFirst());
  }

  /** The same values and in addition one word, which stands for {@code meaning}. */
  ValueType<T> or(String word, T meaning) {
    return new ValueType<>(
        placeholder + "|" + word,
        expected + ", or " + word,
        text -> text.equals(word) ? Optional.of(meaning) : parser.apply(text));
  }

  /** Values separated by commas. */
  ValueType<List<T>> list() {
    return new ValueType<>(
        placeholder.replace('|', ','),
        expected.replace("one of", "one or more, separated by commas, of"),
        text -> all(Arrays.stream(text.split(",", -1)).map(parser)));
  }

  <U> ValueType<U> map(Function<T, U> function) {
    return new ValueType<>(placeholder, expected, parser.andThen(value -> value.map(function)));
  }

  private static ValueType<Path> path(String placeholder) {
    return new ValueType<>(
        placeholder,
        "a path",
        text -> {
          try {
            return Optional.of(text).filter(t -> !t.isBlank()).map(Path::of);
          } catch (InvalidPathException e) {
            return Optional.empty();
          }
        });
  }

  private static ValueType<List<Double>> channels(String expected, double above, double below) {
    return new ValueType<>(
        "R,G,B",
        expected + ", separated by commas",
        text ->
            all(Arrays.stream(text.split(",", -1)).map(ValueType::number))
                .filter(numbers -> numbers.size() == CHANNELS)
                .filter(numbers -> numbers.stream().allMatch(v -> v > above && v < below)));
  }

  private static <T> Optional<List<T>> all(Stream<Optional<T>> parts) {
    List<Optional<T>> parsed = parts.toList();
    return parsed.stream().allMatch(Optional::isPresent)
        ? Optional.of(parsed.stream().flatMap(Optional::stream).collect(Collectors.toList()))
        : Optional.empty();
  }

  static Optional<Double> number(String text) {
    return Optional.of(text)
        .filter(t -> NUMBER.matcher(t).matches())
        .map(Double::parseDouble)
        .filter(Double::isFinite);
  }

  private static Optional<Long> size(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int power = "kmgt".indexOf(matcher.group(2)) + 1;
    double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
    return Optional.of((long) bytes).filter(b -> b > 0 && b < Long.MAX_VALUE);
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
