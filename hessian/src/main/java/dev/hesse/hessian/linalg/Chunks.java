package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Cuts loops over coordinates into chunks that run in parallel on the common pool. The chunks
 * depend on the number of coordinates alone, and sums are added in their order, so that results do
 * not depend on the number of threads.
 */
public final class Chunks {
  /** Coordinates in a chunk: half a megabyte of doubles, far more work than its dispatch. */
  private static final int SIZE = 1 << 16;

  private Chunks() {}

  /** What is done with coordinates from ≤ i &lt; to. */
  @FunctionalInterface
  public interface Work {
    void on(int from, int to);
  }

  /** A sum over coordinates from ≤ i &lt; to. */
  @FunctionalInterface
  public interface Sum {
    double over(int from, int to);
  }

  /** Does the work on all n coordinates. */
  public static void forEach(int n, Work work) {
    if (n <= SIZE) {
      work.on(0, n);
      return;
    }
    IntStream.range(0, count(n))
        .parallel()
        .forEach(c -> work.on(c * SIZE, (int) Math.min(n, (c + 1L) * SIZE)));
  }

  /** The sum over all n coordinates. */
  public static double sum(int n, Sum sum) {
    if (n <= SIZE) {
      return sum.over(0, n);
    }
    double[] parts = new double[count(n)];
    forEach(n, (from, to) -> parts[from / SIZE] = sum.over(from, to));
    return Arrays.stream(parts).sum();
  }

  private static int count(int n) {
    return (int) ((n + (long) SIZE - 1) / SIZE);
  }
}
