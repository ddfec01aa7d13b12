package dev.hesse.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
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

  /** Set by the launcher to the descriptor of standard error that TensorFlow does not write to. */
  private static final String STDERR = "hesse.stderr";

  static Console of(PrintStream out, PrintStream err, boolean terminal) {
    return new Console(out, err, new ProgressLine(err, terminal), new Interruption());
  }

  /** The process's own streams, in UTF-8. */
  static Console ofProcess() {
    PrintStream out =
        new PrintStream(
            new FileOutputStream(FileDescriptor.out),
            /* autoFlush= */ true,
            StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(errorStream(), /* autoFlush= */ true, StandardCharsets.UTF_8);
    return of(out, err, Boolean.getBoolean(TERMINAL));
  }

  private static OutputStream errorStream() {
    Integer descriptor = Integer.getInteger(STDERR);
    if (descriptor != null) {
      try {
        return new FileOutputStream("/dev/fd/" + descriptor, /* append= */ true);
      } catch (IOException e) {
        // A socket cannot be opened by name.
      }
    }
    return new FileOutputStream(FileDescriptor.err);
  }

  /** Writes one line on standard error. */
  void say(String message) {
    progress.clear();
    err.println("hesse: " + message.replaceAll("\\R", " "));
  }
}
