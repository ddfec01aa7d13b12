package dev.hesse.hessian.linalg;

import java.util.function.IntToDoubleFunction;

/** Which eigenpairs are asked for. */
public sealed interface Wanted {
  /** How many. */
  int count();

  /** The order that a matrix has at least that has them all. */
  int leastOrder();

  /** Of those that are returned as top. */
  Eigenpairs.Order order();

  /** The same and more, inwards from each end. */
  Wanted andMore(int more);

  /**
   * How many of the largest and of the smallest of a spectrum's values that makes.
   *
   * @param value of each rank, ascending
   */
  Ends among(int size, IntToDoubleFunction value);

  /** The algebraically largest and smallest. */
  record Ends(int top, int bottom) implements Wanted {
    public Ends {
      if (top < 0 || bottom < 0 || (top == 0 && bottom == 0)) {
        throw new IllegalArgumentException(
            "expected top and bottom of at least 0, not both 0, got %d and %d"
                .formatted(top, bottom));
      }
    }

    @Override
    public int count() {
      return top + bottom;
    }

    @Override
    public int leastOrder() {
      return Math.max(top, bottom);
    }

    @Override
    public Eigenpairs.Order order() {
      return Eigenpairs.Order.VALUE;
    }

    @Override
    public Ends andMore(int more) {
      return new Ends(top == 0 ? 0 : top + more, bottom == 0 ? 0 : bottom + more);
    }

    @Override
    public Ends among(int size, IntToDoubleFunction value) {
      return this;
    }
  }

  /** The largest in magnitude, which are returned as top, in descending magnitude. */
  record Magnitude(int count) implements Wanted {
    public Magnitude {
      Require.atLeast("count", count, 1);
    }

    @Override
    public int leastOrder() {
      return count;
    }

    @Override
    public Eigenpairs.Order order() {
      return Eigenpairs.Order.MAGNITUDE;
    }

    @Override
    public Magnitude andMore(int more) {
      return new Magnitude(count + more);
    }

    @Override
    public Ends among(int size, IntToDoubleFunction value) {
      int top = 0;
      int bottom = 0;
      while (top + bottom < Math.min(count, size)) {
        double above = value.applyAsDouble(size - 1 - top);
        double below = value.applyAsDouble(bottom);
        if (above >= -below) {
          top++;
        } else {
          bottom++;
        }
      }
      return new Ends(top, bottom);
    }
  }
}
