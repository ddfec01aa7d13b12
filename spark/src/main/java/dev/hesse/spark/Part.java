package dev.hesse.spark;

import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.io.data.BatchSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One part of a run on an executor: its examples, and an operator over them, which is opened when
 * it is first needed and stays open until it is closed to make room.
 */
final class Part {
  private final Run run;
  private final int index;
  private final BatchSource examples;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CurvatureOperator operator;
  private final AtomicInteger openings = new AtomicInteger();
  private volatile long keptBytes;
  private volatile boolean forgotten;

  /** Does something with an operator. */
  interface Use<R> {
    R with(CurvatureOperator operator);
  }

  Part(Run run, int index, BatchSource whole) {
    this.run = run;
    this.index = index;
    this.examples = new PartExamples(whole, run.deal(), index);
  }

  String run() {
    return run.id();
  }

  int index() {
    return index;
  }

  /** How often the operator was opened here. */
  int openings() {
    return openings.get();
  }

  /** What the operator keeps, if it is open. */
  long keptBytes() {
    return keptBytes;
  }

  BatchSource examples() {
    return examples;
  }

  /** Uses the operator, alone; opens it anew if it keeps more than it may. */
  <R> R use(long bytes, Use<R> use) {
    lock.lock();
    try {
      CurvatureOperator open = operator;
      if (open == null || open.keptBytes() > bytes) {
        close();
        open = new CurvatureOperator(run.model().value(), examples, run.options(bytes));
        operator = open;
        keptBytes = open.keptBytes();
        openings.incrementAndGet();
      }
      return use.with(open);
    } finally {
      lock.unlock();
      if (forgotten) {
        closeIfIdle();
      }
    }
  }

  /** Frees the operator, at once or as soon as it is idle. */
  void forget() {
    forgotten = true;
    closeIfIdle();
  }

  /** Frees the operator, unless it is being used. */
  void closeIfIdle() {
    if (lock.tryLock()) {
      try {
        close();
      } finally {
        lock.unlock();
      }
    }
  }

  private void close() {
    CurvatureOperator open = operator;
    if (open != null) {
      operator = null;
      keptBytes = 0;
      open.close();
    }
  }
}
