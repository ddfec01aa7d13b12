package dev.hesse.cli;

import java.io.IOException;

/** A subcommand of {@code hesse}. */
interface Command {

  /** Its name and how it is used. */
  Usage usage();

  /**
   * Runs it.
   *
   * @throws CommandException to end with a certain status
   * @throws IOException if an input file cannot be read
   */
  ExitStatus run(Arguments arguments, Console console) throws IOException;
}
