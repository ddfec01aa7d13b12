package dev.hesse.spark;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A cluster that cannot be reached or does not compute. The message says what would help. */
public final class ClusterException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public ClusterException(String what, String remedy, @Nullable Throwable cause) {
    super(what + ". " + remedy + ".", cause);
  }

  /** That a program of Spark's has ended, or never began. */
  static ClusterException disconnected(IllegalStateException cause) {
    return new ClusterException(
        "there is no connection to the cluster, or no more",
        "Check the master's URL, whether it runs, and its log",
        cause);
  }
}
