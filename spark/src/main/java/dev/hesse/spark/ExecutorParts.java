package dev.hesse.spark;

import dev.hesse.io.data.BatchSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts that this process holds, from one product to the next. They are gone with the process,
 * and made anew where a task lands.
 */
final class ExecutorParts {
  private static final LinkedHashMap<String, Part> PARTS =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);
  private static final Map<String, BatchSource> SOURCES = new HashMap<>();

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
      BatchSource whole = SOURCES.computeIfAbsent(run.id(), key -> run.open());
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

  /** Forgets a run. */
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
