package dev.hesse.spark;

import org.apache.spark.api.java.JavaSparkContext;

/** How many vectors go at once, so that they fit into Java's heaps. */
final class BlockSize {
  private static final int MOST = 8;

  /** Of a vector on an executor: as sent, given, summed over the part, and written to be sent. */
  private static final long ON_EXECUTOR = 5 * Double.BYTES;

  /** Of a result on the driver: as it came, and read. */
  private static final long ON_DRIVER = 2 * Double.BYTES;

  private static final String HEAP_DEFAULT = "1g";
  private static final long MEBI = 1L << 20;

  private BlockSize() {}

  /**
   * Of vectors in half of the heaps: the rest is for weights, data and, on the driver, all else.
   *
   * @param results that come to the driver
   */
  static int of(int dimension, int results, long executorHeap, long driverHeap) {
    long onExecutor = executorHeap / 2 / (ON_EXECUTOR * dimension);
    long onDriver = driverHeap / 2 / (ON_DRIVER * dimension * results);
    return (int) Math.max(1, Math.min(MOST, Math.min(onExecutor, onDriver)));
  }

  /** With the heaps that there are. */
  static int of(JavaSparkContext spark, int dimension, int parts) {
    long driver = Runtime.getRuntime().maxMemory();
    long executor =
        spark.isLocal()
            ? driver / (1 + spark.defaultParallelism())
            : spark.getConf().getSizeAsMb("spark.executor.memory", HEAP_DEFAULT) * MEBI;
    return of(dimension, TreeSum.results(parts), executor, driver);
  }
}
