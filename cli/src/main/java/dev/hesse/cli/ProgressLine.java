package dev.hesse.cli;

import dev.hesse.hessian.linalg.Progress;
import java.io.PrintStream;
import java.util.Locale;

/**
 * One line on a terminal, rewritten as work goes on: what is computed, how much of it is done, the
 * estimate with its error, the time that the phase has taken, and the time that it takes at most
 * from here.
 */
final class ProgressLine implements Progress {
  private static final long REWRITE_NANOS = 100_000_000;
  private static final String CLEAR = "\r\033[K";

  private final PrintStream terminal;
  private boolean enabled;
  private boolean shown;
  private String phase = "";
  private long phaseStart;
  private int doneAtStart;
  private long lastWritten;

  ProgressLine(PrintStream terminal, boolean enabled) {
    this.terminal = terminal;
    this.enabled = enabled;
  }

  /** Shows nothing from here on. */
  synchronized void disable() {
    clear();
    enabled = false;
  }

  /** Shows that work without a count is going on. */
  synchronized void phase(String name) {
    if (enabled) {
      start(name, 0);
      write(name + " …");
    }
  }

  /** Shows a line of the caller's own, unless the last one is too fresh. */
  synchronized void show(String line) {
    if (enabled && System.nanoTime() - lastWritten >= REWRITE_NANOS) {
      phase = "";
      write(line);
    }
  }

  @Override
  public synchronized void update(String name, int done, int limit, double estimate, double error) {
    long now = System.nanoTime();
    if (!enabled) {
      return;
    }
    if (!name.equals(phase)) {
      start(name, done);
    }
    if (now - lastWritten >= REWRITE_NANOS) {
      double elapsed = (now - phaseStart) * 1e-9;
      double left = elapsed / Math.max(1, done - doneAtStart) * (limit - done);
      String value = Double.isNaN(estimate) ? "" : "  " + estimate(estimate, error);
      String remaining = done > doneAtStart ? ", at most " + time(left) + " left" : "";
      write("%s %d/%d%s  (%s%s)".formatted(name, done, limit, value, time(elapsed), remaining));
    }
  }

  private void start(String name, int done) {
    phase = name;
    phaseStart = System.nanoTime();
    doneAtStart = done;
  }

  private static String estimate(double value, double error) {
    return Double.isFinite(error)
        ? Uncertain.text(value, error)
        : String.format(Locale.ROOT, "%.6g", value);
  }

  private void write(String line) {
    terminal.print(CLEAR + line);
    terminal.flush();
    shown = true;
    lastWritten = System.nanoTime();
  }

  /** Removes the line. */
  synchronized void clear() {
    if (shown) {
      terminal.print(CLEAR);
      terminal.flush();
      shown = false;
    }
  }

  /** A duration as people read it. */
  static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60
        ? whole + " s"
        : whole < 3600
            ? "%d:%02d min".formatted(whole / 60, whole % 60)
            : "%d:%02d h".formatted(whole / 3600, whole / 60 % 60);
  }
}
