package dev.hesse.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err errors, warnings and progress, a line each
 * @param progress the line that is rewritten, on a terminal
 * @param interruption what to undo if the process is interrupted
 */
record Console(PrintStream out, PrintStream err, ProgressLine progress, Interruption interruption) {

  /** Set by the launcher where standard error is a terminal. */
  private static final String TERMINAL = "hesse.terminal";

  /**
   * Set by the launcher where standard input leads to the user's standard error, and standard error
   * through a filter for what TensorFlow writes there.
   */
  private static final String STDERR = "hesse.stderr";

  private static final String FILTERED = "stdin";

  static Console of(PrintStream out, PrintStream err, boolean terminal) {
    return new Console(out, err, new ProgressLine(err, terminal), new Interruption());
  }

  /** One that shows nothing. */
  static Console silent() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return of(nowhere, nowhere, false);
  }

  /** The process's own streams, in UTF-8. */
  static Console ofProcess() {
    PrintStream out =
        new PrintStream(
            new FileOutputStream(FileDescriptor.out),
            /* autoFlush= */ true,
            StandardCharsets.UTF_8);
    boolean filtered = FILTERED.equals(System.getProperty(STDERR));
    PrintStream err =
        new PrintStream(
            new FileOutputStream(filtered ? FileDescriptor.in : FileDescriptor.err),
            /* autoFlush= */ true,
            StandardCharsets.UTF_8);
    return of(out, err, Boolean.getBoolean(TERMINAL));
  }

  /**
   * Lets other code of the process, such as a cluster's that prints what its threads leave undone,
   * write nothing on standard error. Without the launcher it stays as it is.
   */
  static void quietenOthers() {
    if (FILTERED.equals(System.getProperty(STDERR))) {
      System.setErr(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
  }

  /** Writes one line on standard error, unless an interruption is to have the last word. */
  void say(String message) {
    if (interruption.silences()) {
      return;
    }
    progress.clear();
    err.println("hesse: " + message.replaceAll("\\R", " "));
  }
}
