package dev.hesse.cli;

import org.jspecify.annotations.Nullable;

/**
 * What happens on Ctrl-C or a request to terminate: the work that must not stay half done is undone
 * or completed, one line says so, and the process ends at once, without waiting for a computation
 * in TensorFlow, which cannot be stopped.
 */
final class Interruption {
  private @Nullable Work work;
  private boolean over;
  private volatile @Nullable Thread ending;

  /** What an interruption must not leave half done. */
  @FunctionalInterface
  interface Work {

    /** Undoes or completes it, and says how things stand: a sentence. */
    String interrupt();
  }

  /** Makes the process end that way from here on. */
  void watch(Console console) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(console), "interruption"));
  }

  /** Registers what to interrupt. */
  synchronized void guard(Work started) {
    work = started;
  }

  /** Says that the process ends of its own accord. */
  synchronized void over() {
    over = true;
  }

  /**
   * Whether the process is being ended, and not by the calling thread: what fails there now, as a
   * cluster does that ends at the same time, concerns nobody.
   */
  boolean silences() {
    Thread end = ending;
    return end != null && end != Thread.currentThread();
  }

  private synchronized void end(Console console) {
    if (over) {
      return;
    }
    ending = Thread.currentThread();
    console.progress().disable();
    console.say("interrupted. " + (work == null ? "No output was written." : work.interrupt()));
    Runtime.getRuntime().halt(ExitStatus.INTERRUPTED.code());
  }
}
