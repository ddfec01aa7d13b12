package dev.hesse.cli;

import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.TraceEstimate;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Ends estimators when products or time are spent.
 *
 * @param products the most, if there is a limit
 * @param seconds the most from the start of the program, if there is a limit
 */
record Budget(Optional<Integer> products, Optional<Double> seconds) {
  static final CommandOption<Integer> PRODUCTS =
      CommandOption.of(
          "budget-hvps",
          ValueType.whole(4, 1_000_000_000),
          "end after so many products, with what is known and its error");
  static final CommandOption<Double> SECONDS =
      CommandOption.of(
          "budget-seconds", ValueType.between(0, 1e9), "end after so long, with what is known");

  /** Of the budget, for the trace, which comes last. */
  private static final double LAST = 0.1;

  /** What rounding may make of shares of products that add up to whole ones. */
  private static final double SLACK = 1e-9;

  static Budget from(Arguments arguments) {
    return new Budget(arguments.get(PRODUCTS), arguments.get(SECONDS));
  }

  boolean isLimited() {
    return products.isPresent() || seconds.isPresent();
  }

  /**
   * A progress that tells of work as {@code shown} does, and ends it.
   *
   * @param spent products so far
   * @param startMillis when the program started
   * @param least products that the trace takes, for which a part of the budget is kept; 0 if there
   *     is none
   */
  Progress limiting(Progress shown, DoubleSupplier spent, long startMillis, int least) {
    return new Progress() {
      private boolean isLast = least == 0;

      @Override
      public void update(String name, int done, int limit, double estimate, double error) {
        isLast = least == 0 || name.equals(TraceEstimate.PHASE);
        shown.update(name, done, limit, estimate, error);
      }

      @Override
      public boolean isEnough() {
        double elapsed = (System.currentTimeMillis() - startMillis) * 1e-3;
        return productsLeft() < 1
            || seconds.map(most -> elapsed >= (isLast ? 1 : 1 - LAST) * most).orElse(false);
      }

      @Override
      public double productsLeft() {
        return products
            .map(most -> most - (isLast ? 0 : Math.max(least, LAST * most)) + SLACK)
            .map(most -> most - spent.getAsDouble())
            .orElse(Double.POSITIVE_INFINITY);
      }
    };
  }
}
