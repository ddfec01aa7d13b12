package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.Wanted.Ends;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The ranks, in ascending order, of those Ritz values that are asked for. */
final class WantedRanks {
  private static final int NONE = -1;

  private final Ends ends;
  private final int[] top;
  private final int[] bottom;
  private final IntToDoubleFunction value;

  /** Of the outermost other value at the end that the last by magnitude is not at. */
  private final int rival;

  private WantedRanks(Ends ends, int[] top, int[] bottom, IntToDoubleFunction value, int rival) {
    this.ends = ends;
    this.top = top;
    this.bottom = bottom;
    this.value = value;
    this.rival = rival;
  }

  /**
   * Chooses them.
   *
   * @param size how many values there are
   * @param value of each rank
   * @param complete whether they are the whole spectrum; short of it, none counts at both ends
   */
  static WantedRanks of(Wanted wanted, int size, IntToDoubleFunction value, boolean complete) {
    Ends ends = wanted.among(size, value);
    int above = Math.min(ends.top(), size);
    int below = Math.min(ends.bottom(), complete ? size : size - above);
    IntStream top = IntStream.range(0, above).map(k -> size - 1 - k);
    IntStream bottom = IntStream.range(0, below);
    if (wanted instanceof Ends) {
      return new WantedRanks(ends, top.toArray(), bottom.toArray(), value, NONE);
    }
    int[] descending =
        IntStream.concat(top, bottom)
            .boxed()
            .sorted((i, j) -> Double.compare(magnitude(value, j), magnitude(value, i)))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean positive = value.applyAsDouble(descending[descending.length - 1]) >= 0;
    int rival = above + below == size ? NONE : positive ? below : size - 1 - above;
    return new WantedRanks(ends, descending, new int[0], value, rival);
  }

  private static double magnitude(IntToDoubleFunction value, int rank) {
    return Math.abs(value.applyAsDouble(rank));
  }

  /** How many they are at each end. */
  Ends ends() {
    return ends;
  }

  /** Of those that are returned as top, in their order. */
  IntStream top() {
    return IntStream.of(top);
  }

  /** Of those that are returned as bottom, in their order. */
  IntStream bottom() {
    return IntStream.of(bottom);
  }

  IntStream all() {
    return IntStream.concat(top(), bottom());
  }

  int first() {
    return all().findFirst().orElseThrow();
  }

  /**
   * Whether it is settled which are the largest in magnitude: the first one of the other end that
   * is not among them has converged, or cannot grow larger within its residual.
   */
  boolean areDecided(IntToDoubleFunction residual, IntPredicate converged) {
    return rival == NONE
        || magnitude(value, rival) + residual.applyAsDouble(rival)
            <= magnitude(value, top[top.length - 1])
        || converged.test(rival);
  }
}
