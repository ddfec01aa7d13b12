package dev.hesse.spark;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/** Tells a placement which executors come and go. */
final class ExecutorWatch extends SparkListener {
  private final Placement placement;

  ExecutorWatch(Placement placement) {
    this.placement = placement;
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    placement.joined(Placement.location(added.executorInfo().executorHost(), added.executorId()));
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    placement.left(removed.executorId());
  }
}
