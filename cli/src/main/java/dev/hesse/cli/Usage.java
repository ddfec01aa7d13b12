package dev.hesse.cli;

import java.util.List;
import java.util.stream.Stream;

/**
 * How a command is used: what parsing goes by and help shows.
 *
 * @param name of the command
 * @param operands placeholders of its arguments that are no options, such as {@code FILE}; where
 *     the last ends in {@value #MORE}, there may be more of it
 * @param summary what it does, in a line
 * @param groups its options under their headings
 * @param notes paragraphs after the options
 * @param examples command lines, each with what it does
 */
record Usage(
    String name,
    List<String> operands,
    String summary,
    List<Group> groups,
    List<String> notes,
    List<Example> examples) {

  static final String MORE = "...";

  /** Options under one heading. */
  record Group(String heading, List<CommandOption<?>> options) {}

  /** A command line without {@code hesse}, and what it does. */
  record Example(String arguments, String does) {}

  Stream<CommandOption<?>> options() {
    return groups.stream().flatMap(group -> group.options().stream());
  }

  /** Whether there may be more arguments than {@link #operands()}. */
  boolean takesMore() {
    return !operands.isEmpty() && operands.get(operands.size() - 1).endsWith(MORE);
  }

  /** Where to read more, as the remedy of an error. */
  String pointer() {
    return "See hesse %s --help".formatted(name);
  }
}
