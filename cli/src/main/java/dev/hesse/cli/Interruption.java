package dev.hesse.cli;

import org.jspecify.annotations.Nullable;

/**
 * What happens on Ctrl-C or a request to terminate: the work that must not stay half done is undone
 * or completed, one line says so, and the process ends at once, without waiting for a computation
 * in TensorFlow, which cannot be stopped.
 */
final class Interruption {
  private @Nullable Outputs outputs;
  private boolean over;

  /** Makes the process end that way from here on. */
  void watch(Console console) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(console), "interruption"));
  }

  /** Registers what to close. */
  synchronized void guard(Outputs opened) {
    outputs = opened;
  }

  /** Says that the process ends of its own accord. */
  synchronized void over() {
    over = true;
  }

  private synchronized void end(Console console) {
    if (over) {
      return;
    }
    if (outputs != null) {
      outputs.close();
    }
    boolean written = outputs != null && outputs.written();
    console.say(
        written
            ? "interrupted. All output had been written."
            : "interrupted. No output was written.");
    Runtime.getRuntime().halt(ExitStatus.INTERRUPTED.code());
  }
}
