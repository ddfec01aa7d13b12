package dev.hesse.hessian.linalg;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A vector of floats on disk. It is written through the file's channel, so that a full disk is an
 * exception and not a fault amid arithmetic, and read through a memory map, so that it stays in
 * memory as long as the system has some to spare.
 *
 * <p>The file loses its name before anything is in it, and its space when the map is collected or
 * the process ends, whichever way that is.
 */
final class SpilledVector {
  private final FloatBuffer map;

  private SpilledVector(FloatBuffer map) {
    this.map = map;
  }

  /** Copies entries from ≤ i &lt; from + count. Any threads may read. */
  void read(int from, int count, float[] target) {
    map.get(from, target, 0, count);
  }

  /** Writes one vector, in parts of any order and by any threads. */
  static final class Writer implements Closeable {
    private final Path folder;
    private final FileChannel file;
    private final long bytes;

    Writer(Path folder, int n) {
      this.folder = folder;
      this.bytes = (long) Float.BYTES * n;
      try {
        Path path = Files.createTempFile(folder, ".hesse-", ".basis");
        this.file =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      } catch (IOException e) {
        throw new SpillException(folder, e);
      }
    }

    /** Writes entries from ≤ i &lt; from + count, the first of the values. */
    void write(int from, int count, float[] values) {
      ByteBuffer part = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.nativeOrder());
      part.asFloatBuffer().put(values, 0, count);
      long at = (long) Float.BYTES * from;
      try {
        while (part.hasRemaining()) {
          at += file.write(part, at);
        }
      } catch (IOException e) {
        throw new SpillException(folder, e);
      }
    }

    /** The vector, of which every entry has been written. */
    SpilledVector finish() {
      try {
        ByteBuffer map = file.map(MapMode.READ_ONLY, 0, bytes);
        return new SpilledVector(map.order(ByteOrder.nativeOrder()).asFloatBuffer());
      } catch (IOException e) {
        throw new SpillException(folder, e);
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        throw new SpillException(folder, e);
      }
    }
  }
}
