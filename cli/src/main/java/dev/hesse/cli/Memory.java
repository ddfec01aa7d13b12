package dev.hesse.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.hesse.hessian.linalg.BasisStorage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How memory is shared out.
 *
 * @param total bytes
 * @param wanted bytes that one Lanczos basis can come to need
 * @param heap bytes of Java's heap that one basis may take at most
 * @param bases how many there are at once
 * @param folder where vectors are kept that one basis has no memory for, if they may be
 * @param basisBytes for one Lanczos basis, in Java's heap
 */
record Memory(
    long total, long wanted, long heap, int bases, Optional<Path> folder, long basisBytes) {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final double HEAP_SHARE = 0.8;

  /** Vectors of doubles that estimators and a product hold beside the basis. */
  private static final long BESIDE = 16;

  /** Fewer vectors tell next to nothing of a matrix. */
  private static final long LEAST_VECTORS = 10;

  /**
   * Gives the Lanczos bases what they can come to need, but at most half of the memory, a quarter
   * where there is a disk for the rest, and what others leave of Java's heap.
   *
   * @param total bytes
   * @param vectors that one basis can come to hold
   * @param bases how many of them there are at once
   * @param dimension entries of a vector
   * @param folder where vectors are kept that find no memory; empty for nowhere
   * @throws CommandException with status {@link ExitStatus#FAILURE} if that is too little
   */
  static Memory share(long total, long vectors, int bases, int dimension, Optional<Path> folder) {
    long vector = (long) Float.BYTES * dimension;
    long beside = BESIDE * Double.BYTES * dimension;
    long heap = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory()) - beside;
    long mostInHeap = Math.max(0, heap) / bases;
    long wanted = Math.min(vectors, dimension) * vector;
    long most = Math.min(total / (folder.isPresent() ? 4 : 2) / bases, mostInHeap);
    long least = Math.min(Math.min(vectors, dimension), LEAST_VECTORS) * vector;
    if (folder.isEmpty() && Math.min(wanted, most) < least) {
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
    return new Memory(total, wanted, mostInHeap, bases, folder, Math.min(wanted, most));
  }

  /** In memory alone. */
  static Memory share(long total, long vectors, int bases, int dimension) {
    return share(total, vectors, bases, dimension, Optional.empty());
  }

  /**
   * The same where the values that products read take so much: the bases get what is left.
   *
   * @param together runs of a density that are made at once, within the memory of one basis
   */
  Memory beside(long valuesBytes, int together) {
    long left = Math.min(heap, (total - valuesBytes) / bases);
    long most = wanted * Math.max(1, together);
    return new Memory(
        total, wanted, heap, bases, folder, Math.max(basisBytes, Math.min(most, left)));
  }

  /** For the values that products read, outside of Java's heap. */
  long valuesBytes() {
    return total - bases * basisBytes;
  }

  /** What the bases can come to need of the disk, in a sentence; empty if nothing. */
  Optional<String> spilling() {
    return folder
        .filter(there -> basisBytes < wanted)
        .map(
            there ->
                "Lanczos vectors can come to %s, of which memory holds %s: the others are kept on"
                        .formatted(Bytes.text(bases * wanted), Bytes.text(bases * basisBytes))
                    + " disk, in %s.".formatted(there));
  }

  BasisStorage storage() {
    return new BasisStorage(basisBytes, folder);
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
