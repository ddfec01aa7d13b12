package dev.hesse.cli;

import dev.hesse.hessian.linalg.Progress;
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

  private static final int LEAST_LAST = 2;

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
   * @param keepsLast whether a part of the budget is kept for the trace
   */
  Progress limiting(Progress shown, DoubleSupplier spent, long startMillis, boolean keepsLast) {
    return new Progress() {
      private String phase = "";

      @Override
      public void update(String name, int done, int limit, double estimate, double error) {
        phase = name;
        shown.update(name, done, limit, estimate, error);
      }

      @Override
      public boolean isEnough() {
        boolean last = !keepsLast || phase.equals("trace");
        double elapsed = (System.currentTimeMillis() - startMillis) * 1e-3;
        boolean spentProducts =
            products
                .map(
                    most ->
                        spent.getAsDouble()
                            >= (last ? most - 1 : most - Math.max(LEAST_LAST, LAST * most)))
                .orElse(false);
        boolean spentSeconds =
            seconds.map(most -> elapsed >= (last ? 1 : 1 - LAST) * most).orElse(false);
        return spentProducts || spentSeconds;
      }
    };
  }
}
