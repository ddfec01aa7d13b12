package dev.hesse.spark;

import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.io.BadInputException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.storage.BlockManagerId;
import org.jspecify.annotations.Nullable;

/**
 * What came of some parts: their vectors' sum, and what each found.
 *
 * @param first the first of the parts
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
record Partial(int first, double[][] sums, ArrayList<Found> found) implements Serializable {

  /**
   * What one part found.
   *
   * @param location of the executor, as Spark's scheduler takes it for a preference
   * @param openings how often the part's operator was opened for this
   * @param failure what was wrong with model or data, where something was
   */
  record Found(
      int part,
      String location,
      int openings,
      @Nullable Serializable finding,
      @Nullable RuntimeException failure)
      implements Serializable {}

  /**
   * Does work on a part, in a task. A failure that another attempt would meet again is a result; a
   * file that cannot be read is not one, as another attempt or executor may read it.
   */
  static Partial of(Run run, int index, PartWork work, int most) {
    BlockManagerId here = SparkEnv.get().blockManager().blockManagerId();
    String location = Placement.location(here.host(), here.executorId());
    try {
      long bytes = run.memoryBytes() / most;
      Part part = ExecutorParts.get(run, index, bytes);
      int before = part.openings();
      PartWork.Result result = work.on(run, part, bytes);
      int openings = part.openings() - before;
      return new Partial(
          index,
          result.sums(),
          one(new Found(index, location, openings, result.finding(), /* failure= */ null)));
    } catch (RuntimeException e) {
      boolean passing = e instanceof UncheckedIOException && !here.isDriver();
      if (passing || TaskContext.get().isInterrupted()) {
        throw e;
      }
      return new Partial(
          index,
          new double[0][],
          one(new Found(index, location, 0, /* finding= */ null, placed(e, here))));
    }
  }

  /** Says on which machine a file is bad, as it may not be on the user's. */
  private static RuntimeException placed(RuntimeException e, BlockManagerId here) {
    return e instanceof BadInputException bad && !here.isDriver()
        ? bad.in("executor %s on %s".formatted(here.executorId(), here.host()))
        : e;
  }

  private static ArrayList<Found> one(Found found) {
    return new ArrayList<>(List.of(found));
  }

  /** The sum of partial results in the order of their parts, whatever the order they came in. */
  static Partial sum(Iterator<Partial> partials) {
    List<Partial> ordered = new ArrayList<>();
    partials.forEachRemaining(ordered::add);
    ordered.sort(Comparator.comparingInt(Partial::first));
    Partial sum = ordered.get(0);
    for (Partial next : ordered.subList(1, ordered.size())) {
      sum = sum.plus(next);
    }
    return sum;
  }

  private Partial plus(Partial next) {
    found.addAll(next.found);
    boolean failed = sums.length != next.sums.length;
    if (failed) {
      return new Partial(first, new double[0][], found);
    }
    for (int i = 0; i < sums.length; i++) {
      Vectors.addScaled(sums[i], 1, next.sums[i]);
    }
    return this;
  }

  /**
   * Throws what went wrong with a part.
   *
   * @throws RuntimeException the failure of the first that has one
   */
  void requireSuccess() {
    for (Found one : found) {
      if (one.failure() != null) {
        throw one.failure();
      }
    }
  }
}
