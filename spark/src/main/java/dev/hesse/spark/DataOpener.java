package dev.hesse.spark;

import dev.hesse.io.data.BatchSource;
import java.io.IOException;
import java.io.Serializable;

/** Opens all examples on an executor, from where every executor sees them, in the same order. */
@FunctionalInterface
public interface DataOpener extends Serializable {

  /**
   * Opens the examples; they are read when they are asked for. What is opened may serve the next
   * computation over the same: files stay as they are while the cluster is connected.
   *
   * @throws dev.hesse.io.BadInputException if they are not there or bad
   */
  BatchSource open() throws IOException;
}
