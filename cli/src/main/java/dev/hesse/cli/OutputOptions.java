package dev.hesse.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * What a command prints and where it leaves files.
 *
 * @param json whether standard output is the report alone
 * @param quiet whether standard output is empty and there is no progress
 * @param verbose whether errors come with a stack trace
 */
record OutputOptions(Path folder, boolean json, boolean quiet, boolean verbose) {
  static final Path FOLDER_DEFAULT = Path.of(".");

  static final CommandOption<Path> OUT =
      CommandOption.of("out", ValueType.FOLDER, "folder for the files that are written")
          .withDefault(FOLDER_DEFAULT);
  static final CommandOption<Boolean> JSON =
      CommandOption.flag("json", "print JSON and nothing else on standard output");
  static final CommandOption<Boolean> QUIET =
      CommandOption.flag("quiet", "show no summary and no progress");
  static final CommandOption<Boolean> VERBOSE =
      CommandOption.flag("verbose", "show with an error where in the program it happened");
  static final Usage.Group GROUP = new Usage.Group("output", List.of(OUT, JSON, QUIET, VERBOSE));

  static OutputOptions from(Arguments arguments) {
    return new OutputOptions(
        arguments.get(OUT, FOLDER_DEFAULT),
        arguments.has(JSON),
        arguments.has(QUIET),
        arguments.has(VERBOSE));
  }
}
