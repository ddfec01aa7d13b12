package dev.hesse.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A value of {@code --input}.
 *
 * @param name of the model's input; empty for a file that holds arrays for several
 * @param value a file, a number, {@code true} or {@code false}; empty if {@code --images} is meant
 */
record InputArgument(Optional<String> name, Optional<String> value) {
  static final ValueType<InputArgument> TYPE =
      new ValueType<>(
          "NAME=FILE",
          "an input's name, = and a npy or npz file or a number, such as x=x.npy; or a npz file",
          InputArgument::parse);

  private static Optional<InputArgument> parse(String text) {
    int split = text.indexOf('=');
    if (split < 0) {
      boolean archive = text.endsWith(".npz");
      return Optional.of(text)
          .filter(t -> !t.isBlank())
          .map(
              t ->
                  archive
                      ? new InputArgument(Optional.empty(), Optional.of(t))
                      : new InputArgument(Optional.of(t), Optional.empty()));
    }
    boolean complete = split > 0 && split < text.length() - 1;
    return complete
        ? Optional.of(
            new InputArgument(
                Optional.of(text.substring(0, split)), Optional.of(text.substring(split + 1))))
        : Optional.empty();
  }

  /** The value as a number, if it is one; true is 1. */
  OptionalDouble number() {
    String text = value.orElse("");
    if (text.equals("true") || text.equals("false")) {
      return OptionalDouble.of(text.equals("true") ? 1 : 0);
    }
    return ValueType.number(text).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  /** The argument with its file, if it has one, by an absolute path. */
  String anywhere() {
    boolean isFile = value.isPresent() && number().isEmpty();
    String text = isFile ? file().toAbsolutePath().toString() : value.orElse("");
    return name.map(n -> value.isPresent() ? n + "=" + text : n).orElse(text);
  }

  Path file() {
    return Path.of(value.orElseThrow());
  }
}
