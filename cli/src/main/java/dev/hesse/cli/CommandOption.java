package dev.hesse.cli;

import java.util.Optional;

/**
 * A long option.
 *
 * @param name without the dashes
 * @param description a phrase for help
 * @param defaultText what applies where the option is not given, for help; empty for nothing
 * @param repeatable whether it may be given more than once
 */
record CommandOption<T>(
    String name,
    ValueType<T> type,
    String description,
    Optional<String> defaultText,
    boolean repeatable) {

  static <T> CommandOption<T> of(String name, ValueType<T> type, String description) {
    return new CommandOption<>(name, type, description, Optional.empty(), false);
  }

  static CommandOption<Boolean> flag(String name, String description) {
    return of(name, ValueType.FLAG, description);
  }

  CommandOption<T> withDefault(Object text) {
    return new CommandOption<>(name, type, description, Optional.of(text.toString()), repeatable);
  }

  CommandOption<T> asRepeatable() {
    return new CommandOption<>(name, type, description, defaultText, true);
  }

  boolean takesValue() {
    return !type.placeholder().isEmpty();
  }

  /** The option as a user writes it. */
  String dashed() {
    return "--" + name;
  }
}
