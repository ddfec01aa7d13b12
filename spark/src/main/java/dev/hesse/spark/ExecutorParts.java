package dev.hesse.spark;

import dev.hesse.io.data.BatchSource;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.SerializationUtils;

/**
 * The parts that this process holds, from one product to the next. They are gone with the process,
 * and made anew where a task lands.
 */
final class ExecutorParts {
  private static final LinkedHashMap<String, Part> PARTS =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);
  private static final Map<String, BatchSource> SOURCES = new HashMap<>();

  /** Data that was opened last, by what opened it, for this run and the next. */
  private static final LinkedHashMap<Data, BatchSource> OPENED =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        @Serial private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Data, BatchSource> eldest) {
          return size() > MOST_DATA;
        }
      };

  private static final int MOST_DATA = 4;

  /**
   * Tells data apart.
   *
   * @param opener in serialised form, which is the same for the same
   * @param examples what the driver found, with which it is compared when it is opened
   */
  private record Data(ByteBuffer opener, int examples, long fingerprint) {}

  private ExecutorParts() {}

  /**
   * A part, made if it is not here. Of others that are idle, those used least recently are closed
   * where they keep more than what the run's memory has room for beside this one.
   *
   * @param bytes that the part may take
   */
  static Part get(Run run, int index, long bytes) {
    Part part;
    List<Part> others;
    synchronized (ExecutorParts.class) {
      BatchSource whole = SOURCES.computeIfAbsent(run.id(), key -> run.inOrder(opened(run)));
      part = PARTS.computeIfAbsent(run.id() + " " + index, key -> new Part(run, index, whole));
      Part wanted = part;
      others = PARTS.values().stream().filter(other -> other != wanted).toList();
    }
    long kept = others.stream().mapToLong(Part::keptBytes).sum();
    for (Part other : others) {
      if (kept <= run.memoryBytes() - bytes) {
        break;
      }
      kept -= other.keptBytes();
      other.closeIfIdle();
    }
    return part;
  }

  private static BatchSource opened(Run run) {
    ByteBuffer opener = ByteBuffer.wrap(SerializationUtils.serialize(run.data()));
    Data wanted = new Data(opener, run.deal().examples(), run.fingerprint());
    return OPENED.computeIfAbsent(wanted, data -> run.open());
  }

  /** Forgets a run, but not its data. */
  static void close(String run) {
    List<Part> parts;
    synchronized (ExecutorParts.class) {
      parts = PARTS.values().stream().filter(part -> part.run().equals(run)).toList();
      PARTS.values().removeAll(parts);
      SOURCES.remove(run);
    }
    parts.forEach(Part::forget);
  }
}
