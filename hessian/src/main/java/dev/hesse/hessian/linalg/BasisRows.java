package dev.hesse.hessian.linalg;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of a {@link FloatBasis}: the first in Java's heap, those for which it has no room on
 * disk.
 *
 * <p>Sweeps over all vectors run in parallel by chunks of coordinates. Several chunks make a part,
 * which one thread runs with one buffer for what it reads from disk.
 */
final class BasisRows {
  /** Coordinates in a chunk: 100 floats of each fill 0.8 MB, within a core's second-level cache. */
  static final int CHUNK = 2048;

  /** The most parts, whatever the number of threads. */
  private static final int PARTS = 256;

  private final int n;
  private final BasisStorage storage;
  private final List<float[]> held = new ArrayList<>();
  private final List<SpilledVector> spilled = new ArrayList<>();

  /** For vectors from disk, one for each thread at most. */
  private final Queue<float[][]> buffers = new ConcurrentLinkedQueue<>();

  BasisRows(int n, BasisStorage storage) {
    this.n = n;
    this.storage = storage;
  }

  int size() {
    return held.size() + spilled.size();
  }

  int chunks() {
    return (n + CHUNK - 1) / CHUNK;
  }

  /**
   * Coordinates from ≤ i &lt; to of the first vectors: entry i of vector j is rows[j][i − shift].
   */
  static final class Window {
    int chunk;
    int from;
    int to;
    int shift;
    float[][] rows = new float[0][];
  }

  /** Shows every chunk of the vectors first ≤ j &lt; end, each to one thread. */
  void forEachChunk(int first, int end, Consumer<Window> work) {
    int chunks = chunks();
    int length = (chunks + PARTS - 1) / PARTS;
    boolean inHeap = end <= held.size();
    float[][] whole = inHeap ? held.subList(first, end).toArray(float[][]::new) : new float[0][];
    IntStream.range(0, (chunks + length - 1) / length)
        .parallel()
        .forEach(
            part -> {
              Window window = new Window();
              window.rows = inHeap ? whole : buffer(end - first);
              int last = Math.min(chunks, (part + 1) * length);
              for (int chunk = part * length; chunk < last; chunk++) {
                window.chunk = chunk;
                window.from = chunk * CHUNK;
                window.to = (int) Math.min(n, (chunk + 1L) * CHUNK);
                window.shift = inHeap ? 0 : window.from;
                if (!inHeap) {
                  read(first, window);
                }
                work.accept(window);
              }
              if (!inHeap) {
                buffers.add(window.rows);
              }
            });
  }

  /** One that an earlier part has left, if it has as many rows. */
  private float[][] buffer(int vectors) {
    float[][] left = buffers.poll();
    return left != null && left.length == vectors ? left : grown(left, vectors);
  }

  private static float[][] grown(float @Nullable [][] buffer, int vectors) {
    float[][] rows = buffer == null ? new float[vectors][] : Arrays.copyOf(buffer, vectors);
    for (int j = 0; j < vectors; j++) {
      rows[j] = rows[j] == null ? new float[CHUNK] : rows[j];
    }
    return rows;
  }

  private void read(int first, Window window) {
    for (int j = 0; j < window.rows.length; j++) {
      read(first + j, window.from, window.to - window.from, window.rows[j]);
    }
  }

  private void read(int j, int from, int count, float[] target) {
    if (j < held.size()) {
      System.arraycopy(held.get(j), from, target, 0, count);
    } else {
      spilled.get(j - held.size()).read(from, count, target);
    }
  }

  /** Vector {@code j}. */
  double[] vector(int j) {
    double[] v = new double[n];
    Chunks.forEach(
        n,
        (from, to) -> {
          float[] part = new float[to - from];
          read(j, from, part.length, part);
          for (int i = from; i < to; i++) {
            v[i] = part[i - from];
          }
        });
    return v;
  }

  /** Appends a vector, which is not copied where it stays in the heap. */
  void append(float[] q) {
    Path folder = storage.folder().orElse(null);
    if (folder == null || (spilled.isEmpty() && held.size() < storage.heapVectors(n))) {
      held.add(q);
      return;
    }
    try (SpilledVector.Writer writer = new SpilledVector.Writer(folder, n)) {
      int length = 64 * CHUNK;
      float[] part = new float[length];
      for (int from = 0; from < n; from += length) {
        int count = Math.min(length, n - from);
        System.arraycopy(q, from, part, 0, count);
        writer.write(from, count, part);
      }
      spilled.add(writer.finish());
    }
  }

  /**
   * Replaces the vectors by others, at most as many, chunk by chunk.
   *
   * @param work makes entries of all new vectors, from index 0, of those of the old
   */
  void replace(int count, BiConsumer<Window, float[][]> work) {
    List<SpilledVector.Writer> writers = new ArrayList<>();
    try {
      for (int j = held.size(); j < count; j++) {
        writers.add(new SpilledVector.Writer(storage.folder().orElseThrow(), n));
      }
      forEachChunk(
          0,
          size(),
          window -> {
            float[][] made = new float[count][window.to - window.from];
            work.accept(window, made);
            for (int j = 0; j < count; j++) {
              if (j < held.size()) {
                System.arraycopy(made[j], 0, held.get(j), window.from, made[j].length);
              } else {
                writers.get(j - held.size()).write(window.from, made[j].length, made[j]);
              }
            }
          });
      spilled.clear();
      writers.forEach(writer -> spilled.add(writer.finish()));
      if (count < held.size()) {
        held.subList(count, held.size()).clear();
      }
    } finally {
      writers.forEach(SpilledVector.Writer::close);
    }
  }
}
