package dev.hesse.hessian.linalg;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the vectors of a Krylov basis are kept.
 *
 * @param heapBytes what they may take of Java's heap
 * @param folder where those beyond are kept, in files without a name that are gone with the process
 *     whichever way it ends; empty if there are to be none beyond
 */
public record BasisStorage(long heapBytes, Optional<Path> folder) {

  /** In Java's heap alone. */
  public static BasisStorage inHeap(long bytes) {
    return new BasisStorage(bytes, Optional.empty());
  }

  /** How many vectors of n entries fit into the heap's share. */
  int heapVectors(int n) {
    return (int) Math.min(Integer.MAX_VALUE, heapBytes / ((long) Float.BYTES * n));
  }

  /** Whether there is room for so many vectors of n entries, as far as is known beforehand. */
  boolean takes(int vectors, int n) {
    return folder.isPresent() || vectors <= heapVectors(n);
  }
}
