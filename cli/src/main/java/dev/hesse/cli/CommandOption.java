package dev.hesse.cli;

import java.util.Optional;

/**
 * A long option.
 *
 * @param name without the dashes
 * @param description a phrase for help
 * @param defaultText what applies where the option is not given, for help; empty for nothing
 */
record CommandOption<T>(
    String name, ValueType<T> type, String description, Optional<String> defaultText) {

  static <T> CommandOption<T> of(String name, ValueType<T> type, String description) {
    return new CommandOption<>(name, type, description, Optional.empty());
  }

  static CommandOption<Boolean> flag(String name, String description) {
    return of(name, ValueType.FLAG, description);
  }

  CommandOption<T> withDefault(Object text) {
    return new CommandOption<>(name, type, description, Optional.of(text.toString()));
  }

  boolean takesValue() {
    return !type.placeholder().isEmpty();
  }

  /** The option as a user writes it. */
  String dashed() {
    return "--" + name;
  }
}
