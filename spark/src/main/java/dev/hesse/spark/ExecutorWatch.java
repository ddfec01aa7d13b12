package dev.hesse.spark;

import java.util.Optional;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockManagerAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.storage.BlockManagerId;

/**
 * Follows which executors come and go, tells a placement, and knows when to give up: Spark would
 * start executors that die at once again and again.
 */
final class ExecutorWatch extends SparkListener {
  /** So many may be lost between two successes. */
  static final int MOST_LOST = 20;

  private static final double PATIENCE_SECONDS = 60;

  private final Placement placement;
  private final double patienceSeconds;
  private int lost;
  private String lastReason = "";
  private long since = System.nanoTime();

  ExecutorWatch(Placement placement) {
    this(placement, PATIENCE_SECONDS);
  }

  ExecutorWatch(Placement placement, double patienceSeconds) {
    this.placement = placement;
    this.patienceSeconds = patienceSeconds;
  }

  @Override
  public void onBlockManagerAdded(SparkListenerBlockManagerAdded added) {
    BlockManagerId executor = added.blockManagerId();
    if (!executor.isDriver()) {
      placement.joined(Placement.location(executor.host(), executor.executorId()));
    }
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    placement.left(removed.executorId());
    lost(removed.reason());
  }

  private synchronized void lost(String reason) {
    lost++;
    lastReason = reason;
  }

  /** Says that a job was done. */
  synchronized void success() {
    lost = 0;
    since = System.nanoTime();
  }

  /** Why there is no point in waiting, if there is none. */
  synchronized Optional<String> verdict() {
    if (placement.executors() > 0) {
      since = System.nanoTime();
    }
    if (lost > MOST_LOST) {
      return Optional.of(
          "%d executors died one after the other, the last by: %s"
              .formatted(lost, Failures.firstLine(lastReason)));
    }
    return (System.nanoTime() - since) * 1e-9 < patienceSeconds
        ? Optional.empty()
        : Optional.of(
            "the cluster has had no executor for %.0f s".formatted(patienceSeconds)
                + (lastReason.isEmpty()
                    ? ""
                    : ", the last died by: " + Failures.firstLine(lastReason)));
  }
}
