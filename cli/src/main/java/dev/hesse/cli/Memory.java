package dev.hesse.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How memory is shared out.
 *
 * @param valuesBytes for the values that products read, outside of Java's heap
 * @param basisBytes for one Lanczos basis, in it
 */
record Memory(long valuesBytes, long basisBytes) {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final double HEAP_SHARE = 0.8;

  /** Fewer vectors tell next to nothing of a matrix. */
  private static final long LEAST_VECTORS = 10;

  /**
   * Gives the Lanczos bases what they can come to need, but at most half of the memory and 80 % of
   * Java's heap, and the values the rest.
   *
   * @param total bytes
   * @param vectors that one basis can come to hold
   * @param bases how many of them there are at once
   * @param dimension entries of a vector
   * @throws CommandException with status {@link ExitStatus#FAILURE} if that is too little
   */
  static Memory share(long total, long vectors, int bases, int dimension) {
    long vector = (long) Float.BYTES * dimension;
    long heap = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory());
    long most = Math.min(total / 2, heap) / bases;
    long basis = Math.min(Math.min(vectors, dimension) * vector, most);
    long least = Math.min(Math.min(vectors, dimension), LEAST_VECTORS) * vector;
    if (basis < least) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "%s of memory and a heap of %s leave %s for Lanczos vectors of %s each"
              .formatted(
                  Bytes.text(total),
                  Bytes.text(Runtime.getRuntime().maxMemory()),
                  Bytes.text(most),
                  Bytes.text(vector)),
          "Give at least --memory %dm".formatted(((2 * least * bases) >> 20) + 1),
          null);
    }
    return new Memory(total - bases * basis, basis);
  }

  /**
   * Half of the bytes that programs can still have without swapping, within a container's limit.
   */
  static long halfOfAvailable() {
    long total =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return Math.min(total, available(total)) / 2;
  }

  private static long available(long total) {
    try {
      return Files.readAllLines(MEMINFO).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(total);
    } catch (IOException e) {
      return total;
    }
  }
}
