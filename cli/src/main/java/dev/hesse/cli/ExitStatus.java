package dev.hesse.cli;

/** How a command ended, and the exit code that says so. */
enum ExitStatus {
  DONE(0, "done"),
  FAILURE(1, "failure"),
  WRONG_USAGE(2, "wrong usage"),
  BAD_INPUT(3, "an input file is bad or unreadable, or the output folder unwritable"),
  NOT_CONVERGED(4, "not converged; the report is written all the same"),
  INTERRUPTED(130, "interrupted");

  private final int code;
  private final String meaning;

  ExitStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
